// SPDX-License-Identifier: Apache-2.0

/// The program that ipmi_sim runs for every power and boot call: `get NAME…` or `set NAME VALUE…`.
///
/// The state is in files beside it: `power` (0 or 1) and `boot` (none, pxe, disk, cdrom or bios). Each set is appended
/// to `bmc.log`, and told to the machine through the pipe `events`. One call at a time, by the lock on `lock`.
enum ChassisScript {
    /// The text of the script.
    static let text = """
        #!/bin/sh
        # SPDX-License-Identifier: Apache-2.0
        # chassis control of one simulated machine, called by ipmi_sim
        dir=${0%/*}
        exec 9>>"$dir/lock" || exit 1
        flock 9 || exit 1

        put() {
            printf '%s\\n' "$2" >"$dir/$1.new" && mv "$dir/$1.new" "$dir/$1"
        }

        done_set() {
            printf '%s set %s %s\\n' "$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)" "$1" "$2" >>"$dir/bmc.log"
            printf '%s %s %s\\n' "$1" "$2" "$3" 1<>"$dir/events"
        }

        # Counts what changes the power, so that the machine does not overrule what came after.
        count() {
            read -r sequence <"$dir/sequence" || sequence=0
            sequence=$((sequence + 1))
            put sequence "$sequence" || exit 1
        }

        verb=$1
        shift
        case $verb in
        get)
            for name in "$@"; do
                case $name in
                power | boot)
                    read -r value <"$dir/$name" || exit 1
                    [ "$value" != disk ] || value=default
                    echo "$name:$value"
                    ;;
                *) exit 1 ;;
                esac
            done
            ;;
        set)
            while [ $# -gt 1 ]; do
                name=$1
                value=$2
                shift 2
                read -r power <"$dir/power" || exit 1
                case $name in
                power)
                    count
                    put power "$value" || exit 1
                    done_set power "$value" "$sequence"
                    ;;
                boot)
                    [ "$value" != default ] || value=disk
                    put boot "$value" || exit 1
                    done_set boot "$value" 0
                    ;;
                reset | shutdown)
                    [ "$power" = 1 ] || exit 1
                    count
                    done_set "$name" "$value" "$sequence"
                    ;;
                identify)
                    [ $# -eq 0 ] || shift
                    ;;
                *) exit 1 ;;
                esac
            done
            ;;
        *) exit 1 ;;
        esac

        """
}
