// SPDX-License-Identifier: GPL-3.0-or-later

extension IPMIDriver {
    /// JSON Schema 2020-12 of the configuration. `plugin.json.in` repeats it.
    static let configSchema = """
        {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","required":["host","username"],\
        "additionalProperties":false,"properties":{\
        "host":{"type":"string","minLength":1,"maxLength":255,"description":"Name, IPv4 or IPv6 address of the BMC"},\
        "port":{"type":"integer","minimum":1,"maximum":65535,"default":623},\
        "username":{"type":"string","minLength":1,"maxLength":16},\
        "password":{"type":"string","minLength":1,"maxLength":20,"writeOnly":true},\
        "kg":{"type":"string","minLength":1,"maxLength":20,"writeOnly":true,"description":"BMC key, when it has one"},\
        "privilege":{"type":"string","enum":["user","operator","administrator"],"default":"administrator"},\
        "cipher_suites":{"type":"array","minItems":1,"uniqueItems":true,"default":[17,3],\
        "items":{"type":"integer","enum":[3,8,12,17]},"description":"In order of preference"},\
        "quirks":{"type":"array","uniqueItems":true,"default":[],"items":{"type":"string","enum":[\
        "authentication_capabilities","intel_2_0_session","supermicro_2_0_session","sun_2_0_session",\
        "open_session_privilege","non_empty_integrity_check_value","no_checksum_check","boot_selector_only",\
        "boot_no_timeout_parameter","boot_uefi_disk_24","sol_no_payload_check","cipher_3_only","short_device_id",\
        "cycle_unsupported"]}}}}
        """
}
