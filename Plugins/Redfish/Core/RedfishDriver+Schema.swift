// SPDX-License-Identifier: Apache-2.0

extension RedfishDriver {
    /// JSON Schema 2020-12 of the configuration. `plugin.json.in` repeats it.
    static let configSchema = """
        {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","required":["address","username"],\
        "additionalProperties":false,"properties":{\
        "address":{"type":"string","minLength":1,"maxLength":300,\
        "description":"[https://|http://]HOST[:PORT] of the BMC; https when no scheme is given"},\
        "username":{"type":"string","minLength":1,"maxLength":256},\
        "password":{"type":"string","minLength":1,"maxLength":256,"writeOnly":true},\
        "media_password":{"type":"string","minLength":1,"maxLength":256,"writeOnly":true,\
        "description":"For virtual media from a server that wants a login"},\
        "system":{"type":"string","minLength":1,"maxLength":256,\
        "description":"Id of the system, when the service has several"},\
        "event_log":{"type":"string","minLength":1,"maxLength":256,\
        "description":"Id of the log service to read, when the driver should not choose"},\
        "ca_file":{"type":"string","minLength":1,"maxLength":4096,"description":"PEM file of trusted authorities"},\
        "ca_certificates":{"type":"string","minLength":1,"maxLength":65536,\
        "description":"PEM text of trusted authorities"},\
        "pin":{"type":"string","minLength":1,"maxLength":128,\
        "description":"SHA-256 of the BMC's public key: sha256//BASE64 or hexadecimal"},\
        "insecure":{"type":"boolean","default":false,"description":"Take any certificate"},\
        "quirks":{"type":"array","uniqueItems":true,"default":[],"items":{"type":"string","enum":[\
        "connection_close","accept_identity","no_accept_identity","etag_required","etag_fresh",\
        "etag_strong_only","etag_never","etag_not_on_actions","basic_only","no_session_context","not_ready_retry",\
        "job_running_busy","on_after_off_conflict","reset_values_unlisted","boot_via_settings",\
        "boot_locked_in_post","no_boot_mode","boot_enabled_always","boot_mode_resend","boot_all_always",\
        "boot_once_only","media_usb_cd","media_image_only","media_by_patch","media_skip_inactionable",\
        "eject_needs_body","task_monitor_suffix"]}}}}
        """
}
