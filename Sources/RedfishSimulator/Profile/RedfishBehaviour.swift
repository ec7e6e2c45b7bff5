// SPDX-License-Identifier: Apache-2.0

/// A way in which a vendor's service differs from the specification, by the name of the driver's quirk that copes
/// with it. An operation fails, or is acknowledged in vain, unless the client does what the quirk says.
public enum RedfishBehaviour: String, Sendable, CaseIterable {
    /// The second request on a connection that was kept is reset.
    case connectionClose = "connection_close"
    /// Bodies are compressed unless identity is asked for; the ETag then ends in `-gzip` and If-Match refuses it.
    case acceptIdentity = "accept_identity"
    /// `Accept-Encoding: identity` is answered with 406.
    case noAcceptIdentity = "no_accept_identity"
    /// PATCH without If-Match is answered with 428.
    case etagRequired = "etag_required"
    /// The ETag changes at every GET; PATCH without the newest is answered with 412.
    case etagFresh = "etag_fresh"
    /// ETags are shown weak; If-Match takes the strong form only (412), and PATCH needs it (428).
    case etagStrongOnly = "etag_strong_only"
    /// Any If-Match on PATCH is answered with 412.
    case etagNever = "etag_never"
    /// Any If-Match on an action is answered with 412.
    case etagNotOnActions = "etag_not_on_actions"
    /// Boot is read-only on the system; the object of `@Redfish.Settings` takes it.
    case bootViaSettings = "boot_via_settings"
    /// The first requests with credentials are answered "not ready", 503 and 400 by turns.
    case notReadyRetry = "not_ready_retry"
    /// Actions are refused with 400 while a job runs.
    case jobRunningBusy = "job_running_busy"
    /// On is refused with 409 for a moment after off.
    case onAfterOffConflict = "on_after_off_conflict"
    /// The boot override is refused with 400 during the self-test.
    case bootLockedInPOST = "boot_locked_in_post"
    /// EjectMedia without a JSON body is answered with 400.
    case ejectNeedsBody = "eject_needs_body"
    /// There is no BootSourceOverrideMode; setting it is answered with 400.
    case noBootMode = "no_boot_mode"
    /// An override without BootSourceOverrideEnabled is acknowledged and ignored.
    case bootEnabledAlways = "boot_enabled_always"
    /// An override without BootSourceOverrideMode sets the mode to Legacy.
    case bootModeResend = "boot_mode_resend"
    /// An override that lacks target, enabled or mode is answered with 400.
    case bootAllAlways = "boot_all_always"
    /// Continuous is not in the list of allowed values.
    case bootOnceOnly = "boot_once_only"
    /// The CD slot is named UsbCd and its media type is UsbCd.
    case mediaUSBCD = "media_usb_cd"
    /// InsertMedia with anything but Image is answered with 400.
    case mediaImageOnly = "media_image_only"
    /// There are no media actions; PATCH of Image and Inserted on the slot does it.
    case mediaByPatch = "media_by_patch"
    /// The first slot has no InsertMedia (405); the next one has.
    case mediaSkipInactionable = "media_skip_inactionable"
    /// A task's monitor is the task's own URI with /Monitor, and answers 202 with nothing or half a task meanwhile.
    case taskMonitorSuffix = "task_monitor_suffix"
    /// There is no SessionService.
    case basicOnly = "basic_only"
    /// A login with Context is answered with 400.
    case noSessionContext = "no_session_context"
    /// Reset does not tell its allowable values.
    case resetValuesUnlisted = "reset_values_unlisted"
}
