#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the agent: vmlinuz and initrd.img, from Debian packages that are downloaded and unpacked, not installed.
#
#   Agent/build.sh OUTPUT-DIR
#
# Needs no root. The same packages and sources give the same bytes; packages.txt beside them says which packages.
# Nothing is rebuilt, and apt is not asked, while the sources here stay the same: remove OUTPUT-DIR to take newer packages.
#
# The kernel is linux-image-amd64, not the cloud flavour: the agent must drive the network cards and disk
# controllers of real servers. Only the drivers listed below and what they depend on go into the ramdisk.
# INGOT_AGENT_KERNEL names another package.

set -euo pipefail
export LC_ALL=C TZ=UTC PATH="$PATH:/usr/sbin:/sbin"
umask 022

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:?usage: build.sh OUTPUT-DIR}
kernel_package=${INGOT_AGENT_KERNEL:-linux-image-amd64}
programs="curl zstd"
# Every file of the ramdisk carries this time, so that the archive depends on content alone.
epoch=1700000000

# Drivers by module name. Missing names are skipped: they are built in, or this kernel does not have them.
net="virtio_net e1000 e1000e igb igbvf igc ixgbe ixgbevf i40e iavf ice tg3 bnxt_en mlx4_en mlx5_core r8169 8139cp
    8139too be2net ena gve vmxnet3 hv_netvsc atlantic amd-xgbe sky2 atl1c alx jme pcnet32 enic hinic
    sfc cxgb4 xen-netfront usbnet cdc_ether cdc_ncm"
disk="virtio_blk virtio_scsi sd_mod nvme ahci ata_piix ata_generic sata_nv sata_sil24 sata_via megaraid_sas mpt3sas
    mpi3mr mptsas mptspi hpsa smartpqi aacraid isci mvsas arcmsr 3w-9xxx vmw_pvscsi hv_storvsc xen-blkfront
    sym53c8xx"
bus="virtio_pci virtio_mmio hv_vmbus xen-pcifront vmd"
files="ext4 xfs btrfs vfat nls_cp437 nls_ascii nls_utf8 nls_iso8859-1 crc32c_generic crc32c-intel"

say() { echo "agent: $*"; }
die() { echo "agent: $*" >&2; exit 1; }

check_host() {
    local tool missing=()
    for tool in apt-get apt-cache dpkg-deb cpio zstd sha256sum; do
        command -v "$tool" >/dev/null || missing+=("$tool")
    done
    [ ${#missing[@]} = 0 ] || die "missing tools: ${missing[*]} (run make setup)"
}

# The package that really holds the kernel: linux-image-amd64 only depends on it.
kernel_real() {
    apt-cache depends --no-recommends --no-suggests "$kernel_package" |
        sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1
}

# The libraries the programs need come with the packages they depend on.
closure() {
    apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances \
        $programs | grep '^[a-z0-9]' | grep -v ':' | sort -u | grep -E '^lib|^zlib1g$|^curl$|^zstd$'
}

# PACKAGE=VERSION of everything that goes in.
choose_packages() {
    local real
    real=$(kernel_real)
    [ -n "$real" ] || die "apt knows no $kernel_package (run apt-get update)"
    # shellcheck disable=SC2046
    apt-cache policy "$real" busybox-static $(closure) | awk '
        /^[^ ]/ { name = $1; sub(/:$/, "", name) }
        $1 == "Candidate:" && $2 != "(none)" { print name "=" $2 }'
}

inputs_digest() {
    { cat "$here/build.sh" "$here/init" "$here/udhcpc.script"; echo "$kernel_package"; } | sha256sum | cut -d' ' -f1
}

fetch() { # LIST
    mkdir -p "$work/debs" "$work/root"
    local sandbox=()
    [ "$(id -u)" = 0 ] && sandbox=(-o APT::Sandbox::User=root)
    say "downloading $(wc -l <"$1") packages"
    (cd "$work/debs" && xargs apt-get -q "${sandbox[@]}" download <"$1") >"$work/apt.log" 2>&1 ||
        { tail -5 "$work/apt.log" >&2; die "apt-get download failed"; }
    local package
    for package in "$work"/debs/*.deb; do dpkg-deb -x "$package" "$work/root"; done
}

# Copies a program and the libraries its loader finds, links resolved, to where the loader looks first.
copy_program() { # NAME
    local loader=$work/root/lib64/ld-linux-x86-64.so.2 libs library
    [ -e "$loader" ] || loader=$(find "$work/root" -name 'ld-linux-x86-64.so.2' | head -n 1)
    libs=$work/root/lib/x86_64-linux-gnu:$work/root/usr/lib/x86_64-linux-gnu
    cp -L "$work/root/usr/bin/$1" "$tree/bin/$1"
    cp -L "$loader" "$tree/lib64/ld-linux-x86-64.so.2"
    "$loader" --library-path "$libs" --list "$work/root/usr/bin/$1" | sed -n 's/^.* => \(\/.*\) (0x.*$/\1/p' |
        while read -r library; do
            case $library in "$work"/*) ;; *) die "$1 needs $library from outside the packages" ;; esac
            cp -L "$library" "$tree/lib/x86_64-linux-gnu/${library##*/}"
        done
}

# The listed modules with everything modules.dep says they need, then an index over just these.
copy_modules() {
    local version from name path
    version=$(ls "$work/root/lib/modules")
    from=$work/root/lib/modules/$version
    "$tree/bin/busybox" depmod -b "$work/root" "$version"
    for name in $net $disk $bus $files; do
        # A file name may have - where the module's name has _.
        grep -E "/${name//[-_]/[-_]}\.ko[.a-z]*:" "$from/modules.dep" | tr -d ':' | tr ' ' '\n' || true
    done | sort -u >"$work/modules"
    [ -s "$work/modules" ] || die "no driver found in $from"
    while read -r path; do
        install -D -m 644 "$from/$path" "$tree/lib/modules/$version/$path"
    done <"$work/modules"
    cp "$from/modules.builtin" "$from/modules.builtin.modinfo" "$from/modules.order" "$tree/lib/modules/$version/" 2>/dev/null || true
    "$tree/bin/busybox" depmod -b "$tree" "$version"
    say "$(wc -l <"$work/modules") modules of Linux $version"
}

make_tree() {
    tree=$work/tree
    mkdir -p "$tree"/{bin,sbin,etc,dev,proc,sys,run,tmp,mnt,lib64,lib/x86_64-linux-gnu,usr/bin,usr/sbin}
    install -m 755 "$work/root/bin/busybox" "$tree/bin/busybox"
    local applet
    for applet in $("$tree/bin/busybox" --list | grep -vx busybox); do ln -s busybox "$tree/bin/$applet"; done
    # The kernel itself calls this one.
    ln -sf ../bin/busybox "$tree/sbin/modprobe"
    for applet in $programs; do rm -f "$tree/bin/$applet"; copy_program "$applet"; done
    install -m 755 "$here/init" "$tree/init"
    install -m 755 "$here/udhcpc.script" "$tree/etc/udhcpc.script"
    copy_modules
}

# newc archive in sorted order, one owner, one time, inode numbers renumbered.
pack() {
    find "$tree" -exec touch -h -d "@$epoch" {} +
    (cd "$tree" && find . -print0 | sort -z |
        cpio --quiet --null -o -H newc --owner 0:0 --reproducible) >"$work/initrd"
    zstd -q -12 -T1 -f "$work/initrd" -o "$out/initrd.img.part"
    install -m 644 "$work"/root/boot/vmlinuz-* "$out/vmlinuz.part"
    mv "$out/vmlinuz.part" "$out/vmlinuz"
    mv "$out/initrd.img.part" "$out/initrd.img"
}

main() {
    mkdir -p "$out"
    out=$(cd "$out" && pwd)
    local digest
    digest=$(inputs_digest)
    if [ -s "$out/initrd.img" ] && [ -s "$out/vmlinuz" ] && [ "$(cat "$out/agent.stamp" 2>/dev/null)" = "$digest" ]; then
        say "up to date: $out"
        return 0
    fi
    check_host
    if [ "$(id -u)" = 0 ]; then apt-get update -qq || say "apt-get update failed; using the lists there are"; fi
    work=$(mktemp -d "${TMPDIR:-/var/tmp}/ingot-agent.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    choose_packages >"$work/list"
    fetch "$work/list"
    make_tree
    say "packing"
    pack
    cp "$work/list" "$out/packages.txt"
    echo "$digest" >"$out/agent.stamp"
    say "done: vmlinuz $(($(stat -c %s "$out/vmlinuz") / 1024)) KiB, initrd.img $(($(stat -c %s "$out/initrd.img") / 1024)) KiB"
}

main "$@"
