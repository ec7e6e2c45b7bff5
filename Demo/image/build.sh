#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the demo's disk image: a small Debian 12 that boots under SeaBIOS and OVMF and takes its
# host name, keys and network from cloud-init (NoCloud). Debian packages only; no loop device and
# nothing is mounted but /proc, /sys and /dev inside the build chroot.
#
#   Demo/image/build.sh [OUTPUT-DIR]        (default: build/demo-image)
#
# Result: OUTPUT-DIR/debian.raw, debian.raw.gz, debian.raw.gz.sha256, debian.stamp.
# Nothing is rebuilt while this file, overlay/ and the environment below stay the same.
#
# Needs root (debootstrap and chroot) and the packages debootstrap, fdisk, mtools, dosfstools,
# e2fsprogs, gzip, grub-pc-bin, grub-efi-amd64-bin.
#
# Environment: INGOT_MIRROR (default: apt's), INGOT_SUITE (bookworm),
#              INGOT_IMAGE_MIB (size of the disk, default 640).

set -euo pipefail
export LC_ALL=C PATH="/usr/sbin:/sbin:$PATH"
umask 022

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-$here/../../build/demo-image}
# The mirror that apt uses here, whatever it is; none known leaves the choice to debootstrap.
mirror=${INGOT_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' 'Created-By: Packages' | head -n 1)}
# Other kinds of address (mirror lists) mean nothing to debootstrap, which then takes its own.
case $mirror in http://* | https://* | file:/*) ;; *) mirror= ;; esac
suite=${INGOT_SUITE:-bookworm}
size_mib=${INGOT_IMAGE_MIB:-640}
esp_mib=8

# What the chroot gets on top of debootstrap's minbase.
base=systemd-sysv,udev,dbus,kmod,iproute2
packages="linux-image-cloud-amd64 initramfs-tools zstd cloud-init openssh-server"

say() { echo "image: $*"; }
die() { echo "image: $*" >&2; exit 1; }

check_host() {
    [ "$(id -u)" = 0 ] || die "needs root: debootstrap makes device nodes and uses chroot"
    local tool missing=()
    for tool in debootstrap sfdisk mformat mcopy mke2fs gzip grub-mkimage; do
        command -v "$tool" >/dev/null || missing+=("$tool")
    done
    [ ${#missing[@]} = 0 ] || die "missing tools: ${missing[*]} (run make setup)"
    local format
    for format in i386-pc x86_64-efi; do
        [ -d "/usr/lib/grub/$format" ] || die "missing /usr/lib/grub/$format (grub-pc-bin, grub-efi-amd64-bin)"
    done
}

# The digest of everything that shapes the image; the packages themselves move with Debian.
inputs_digest() {
    { cat "${BASH_SOURCE[0]}"; (cd "$here/overlay" && find . -type f | sort | xargs -r sha256sum)
      echo "$mirror $suite $size_mib"; } | sha256sum | cut -d' ' -f1
}

mount_api() {
    mount -t proc proc "$root/proc"
    mount -t sysfs sys "$root/sys"
    mount --bind /dev "$root/dev"
}

unmount_api() {
    local point
    for point in dev sys proc; do
        if mountpoint -q "$root/$point"; then umount "$root/$point"; fi
    done
}

cleanup() {
    [ -n "${root:-}" ] && unmount_api
    [ -n "${work:-}" ] && rm -rf --one-file-system "$work"
    return 0
}

bootstrap() {
    say "debootstrap $suite from $mirror"
    debootstrap --variant=minbase --include="$base" "$suite" "$root" "$mirror" >"$work/debootstrap.log" 2>&1 \
        || { tail -20 "$work/debootstrap.log" >&2; die "debootstrap failed"; }
}

install_packages() {
    say "installing: $packages"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
    # Nobody reads manuals on this disk; a smaller image is written and booted sooner.
    printf 'path-exclude=/usr/share/%s/*\n' doc man locale info i18n/locales >"$root/etc/dpkg/dpkg.cfg.d/small"
    mkdir -p "$root/etc/initramfs-tools/conf.d"
    cp "$here/overlay/etc/initramfs-tools/conf.d/small" "$root/etc/initramfs-tools/conf.d/"
    cp "$here/overlay/etc/initramfs-tools/modules" "$root/etc/initramfs-tools/modules"
    mount_api
    chroot "$root" sh -c "export DEBIAN_FRONTEND=noninteractive
        apt-get -q update && apt-get -qy --no-install-recommends install $packages" \
        >"$work/apt.log" 2>&1 || { tail -20 "$work/apt.log" >&2; die "apt-get in the chroot failed"; }
    unmount_api
}

configure() {
    say "configuring"
    cp -r "$here/overlay/." "$root/"
    rm -f "$root/usr/sbin/policy-rc.d" "$root"/etc/ssh/ssh_host_*
    : >"$root/etc/resolv.conf"
    echo debian >"$root/etc/hostname"
    echo "UUID=$root_uuid / ext4 defaults,noatime 0 1" >"$root/etc/fstab"
    mkdir -p "$root/boot/grub"
    cat >"$root/boot/grub/grub.cfg" <<EOF
echo "demo disk: boot loader (\$grub_platform)"
linux /vmlinuz root=UUID=$root_uuid ro quiet console=ttyS0,115200 systemd.show_status=1
initrd /initrd.img
boot
EOF
    chmod 755 "$root/usr/local/sbin/demo-boot-counter"
    chroot "$root" systemctl -q enable demo-boot-counter.service systemd-networkd.service
    chroot "$root" systemctl -q disable apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer \
        e2scrub_reap.service
    chroot "$root" systemctl -q mask systemd-networkd-wait-online.service
    # Every installation makes its own identity; dbus's copy would otherwise become everybody's.
    rm -f "$root/var/lib/dbus/machine-id"
    : >"$root/etc/machine-id"
    rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/* "$root"/tmp/* \
        "$root"/usr/share/{doc,man,info,locale,i18n/locales}/* "$root"/usr/lib/locale/C.utf8.tmp
    find "$root/usr/lib/python3" "$root/usr/lib/python3.11" -name test -type d -prune -exec rm -rf {} + || true
}

# One GRUB configuration for both firmwares: find the root file system, read its grub.cfg.
make_loaders() {
    cat >"$work/early.cfg" <<EOF
serial --unit=0 --speed=115200
terminal_input serial
terminal_output serial
search --no-floppy --fs-uuid --set=root $root_uuid
set prefix=(\$root)/boot/grub
configfile (\$root)/boot/grub/grub.cfg
EOF
    local modules="part_msdos ext2 fat normal configfile linux serial terminal search search_fs_uuid echo minicmd"
    grub-mkimage -O i386-pc -p /boot/grub -c "$work/early.cfg" -o "$work/core.img" biosdisk $modules
    grub-mkimage -O x86_64-efi -p /boot/grub -c "$work/early.cfg" -o "$work/BOOTX64.EFI" $modules
}

# MBR with GRUB's boot code · core.img in the gap · FAT ESP · ext4 root.
assemble() {
    local image=$1 esp_start=2048 root_start=$((2048 + esp_mib * 2048))
    local root_sectors=$((size_mib * 2048 - root_start))
    say "assembling a $size_mib MiB disk"
    truncate -s "${size_mib}M" "$image"
    sfdisk -q "$image" <<EOF
label: dos
$esp_start,$((esp_mib * 2048)),ef
$root_start,$root_sectors,83,*
EOF
    [ "$(stat -c %s "$work/core.img")" -lt $(((esp_start - 1) * 512)) ] || die "core.img does not fit the gap"
    dd if=/usr/lib/grub/i386-pc/boot.img of="$image" bs=440 count=1 conv=notrunc status=none
    dd if="$work/core.img" of="$image" bs=512 seek=1 conv=notrunc status=none

    truncate -s "${esp_mib}M" "$work/esp"
    mkfs.vfat -n ESP "$work/esp" >/dev/null
    mmd -i "$work/esp" ::/EFI ::/EFI/BOOT
    mcopy -i "$work/esp" "$work/BOOTX64.EFI" ::/EFI/BOOT/BOOTX64.EFI
    dd if="$work/esp" of="$image" bs=1M seek=1 conv=notrunc,sparse status=none

    truncate -s $((root_sectors * 512)) "$work/rootfs"
    mke2fs -q -t ext4 -U "$root_uuid" -L demo-root -m 1 -d "$root" "$work/rootfs"
    dd if="$work/rootfs" of="$image" bs=1M seek=$((root_start / 2048)) conv=notrunc,sparse status=none
}

main() {
    mkdir -p "$out"
    out=$(cd "$out" && pwd)
    local digest
    digest=$(inputs_digest)
    if [ -s "$out/debian.raw.gz" ] && [ "$(cat "$out/debian.stamp" 2>/dev/null)" = "$digest" ]; then
        say "up to date: $out/debian.raw.gz"
        return 0
    fi
    check_host
    rm -f "$out"/debian.stamp
    work=$(mktemp -d "${TMPDIR:-/var/tmp}/ingot-image.XXXXXX")
    root=$work/root
    trap cleanup EXIT
    root_uuid=$(cat /proc/sys/kernel/random/uuid)
    bootstrap
    install_packages
    configure
    make_loaders
    rm -f "$out/debian.raw.part"
    assemble "$out/debian.raw.part"
    say "compressing"
    gzip -1 -n <"$out/debian.raw.part" >"$out/debian.raw.gz.part"
    mv "$out/debian.raw.part" "$out/debian.raw"
    mv "$out/debian.raw.gz.part" "$out/debian.raw.gz"
    sha256sum <"$out/debian.raw.gz" | cut -d' ' -f1 >"$out/debian.raw.gz.sha256"
    echo "$digest" >"$out/debian.stamp"
    say "done: $out/debian.raw.gz ($(($(stat -c %s "$out/debian.raw.gz") / 1048576)) MiB," \
        "$(du -sm "$root" | cut -f1) MiB of files) sha256 $(cut -c1-16 "$out/debian.raw.gz.sha256")…"
}

main "$@"
