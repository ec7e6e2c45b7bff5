// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// A known deviation of a BMC, by its name in the configuration. `docs/redfish.md` says who has it.
enum Quirk: String, CaseIterable, Sendable {
    // HTTP
    /// Does not survive a second request on a connection.
    case connectionClose = "connection_close"
    /// Compresses, and changes the ETag with it, unless asked for the identity.
    case acceptIdentity = "accept_identity"
    /// Answers 406 to `Accept-Encoding: identity`.
    case noAcceptIdentity = "no_accept_identity"
    /// Refuses a change without If-Match.
    case etagRequired = "etag_required"
    /// Takes the newest ETag only.
    case etagFresh = "etag_fresh"
    /// Refuses weak ETags in If-Match.
    case etagStrongOnly = "etag_strong_only"
    /// Refuses any If-Match.
    case etagNever = "etag_never"
    /// Refuses If-Match on actions.
    case etagNotOnActions = "etag_not_on_actions"
    /// Has no session service.
    case basicOnly = "basic_only"
    /// Refuses a login with Context.
    case noSessionContext = "no_session_context"
    // Moments
    /// Says that it is not ready for some time.
    case notReadyRetry = "not_ready_retry"
    /// Refuses actions while a job runs, with 400.
    case jobRunningBusy = "job_running_busy"
    // Power
    /// Refuses on right after off.
    case onAfterOffConflict = "on_after_off_conflict"
    /// Does not list the reset types it takes.
    case resetValuesUnlisted = "reset_values_unlisted"
    // Boot
    /// Takes the boot override in the settings object only.
    case bootViaSettings = "boot_via_settings"
    /// Refuses a boot override during POST.
    case bootLockedInPOST = "boot_locked_in_post"
    /// Refuses BootSourceOverrideMode.
    case noBootMode = "no_boot_mode"
    /// Ignores a target that comes without BootSourceOverrideEnabled.
    case bootEnabledAlways = "boot_enabled_always"
    /// Sets the mode back when it is not sent.
    case bootModeResend = "boot_mode_resend"
    /// Refuses an override that lacks target, enabled or mode.
    case bootAllAlways = "boot_all_always"
    /// Refuses Continuous.
    case bootOnceOnly = "boot_once_only"
    // Virtual media
    /// Calls its CD slot UsbCd.
    case mediaUSBCD = "media_usb_cd"
    /// Takes Image alone.
    case mediaImageOnly = "media_image_only"
    /// Has no InsertMedia action; the slot is patched.
    case mediaByPatch = "media_by_patch"
    /// Has slots that cannot be used before one that can.
    case mediaSkipInactionable = "media_skip_inactionable"
    /// Refuses EjectMedia without a body.
    case ejectNeedsBody = "eject_needs_body"
    // Tasks
    /// Answers 202 with an empty or partial body at the task's monitor.
    case taskMonitorSuffix = "task_monitor_suffix"

    /// The configured names. Throws `invalid` naming the element that is not known.
    static func check(_ names: [String]) throws(PluginError) -> Set<Quirk> {
        var known: Set<Quirk> = []
        for (index, name) in names.enumerated() {
            guard let quirk = Quirk(rawValue: name) else {
                throw .invalid(field: "quirks[\(index)]", "is not a known quirk")
            }
            known.insert(quirk)
        }
        return known
    }
}
