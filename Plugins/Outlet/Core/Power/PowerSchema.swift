// SPDX-License-Identifier: Apache-2.0

/// The members that `PowerConfiguration` reads, as properties of a driver's JSON Schema; each text is a list without the comma
/// after it. A manifest repeats them.
public enum PowerSchema {
    /// `outlet` and `wake_on_lan`.
    public static let paths = #"""
        "outlet": {
          "type": "object",
          "description": "The PDU and the outlets that feed the machine",
          "required": ["host", "outlets"],
          "additionalProperties": false,
          "properties": {
            "host": { "type": "string", "minLength": 1, "maxLength": 64, "description": "Numeric IPv4 or IPv6 address of the PDU" },
            "port": { "type": "integer", "minimum": 1, "maximum": 65535, "default": 161 },
            "version": { "type": "string", "enum": ["1", "2c", "3"], "default": "2c", "description": "Of SNMP" },
            "username": { "type": "string", "minLength": 1, "maxLength": 32, "description": "Of SNMP version 3" },
            "authentication": { "type": "string", "enum": ["md5", "sha", "sha-224", "sha-256", "sha-384", "sha-512"] },
            "privacy": { "type": "string", "enum": ["des", "aes"] },
            "context": { "type": "string", "maxLength": 32, "description": "Of SNMP version 3" },
            "model": {
              "type": "string",
              "enum": [
                "apc-rpdu", "apc-rpdu2", "apc-masterswitch", "cyberpower", "raritan-pdu2", "servertech-sentry3",
                "servertech-sentry4", "eaton-epdu"
              ]
            },
            "oids": {
              "type": "object",
              "description": "In place of model, for a PDU that is not in the list",
              "required": ["command", "on", "off", "state_on", "state_off"],
              "additionalProperties": false,
              "properties": {
                "command": { "type": "string", "minLength": 3, "maxLength": 256 },
                "on": { "type": "integer" },
                "off": { "type": "integer" },
                "reboot": { "type": "integer" },
                "state": { "type": "string", "minLength": 3, "maxLength": 256 },
                "state_on": { "type": "array", "minItems": 1, "maxItems": 16, "items": { "type": "integer" } },
                "state_off": { "type": "array", "minItems": 1, "maxItems": 16, "items": { "type": "integer" } },
                "state_changing": { "type": "array", "maxItems": 16, "items": { "type": "integer" } }
              }
            },
            "outlets": {
              "type": "array", "minItems": 1, "maxItems": 16, "uniqueItems": true,
              "items": { "type": "string", "pattern": "^[0-9]+([.][0-9]+)*$", "maxLength": 64 },
              "description": "Numbers of the outlets, all of which are switched"
            },
            "off_seconds": { "type": "integer", "minimum": 1, "maximum": 120, "default": 5 },
            "settle_seconds": { "type": "integer", "minimum": 1, "maximum": 120, "default": 10 },
            "pdu_reboot": { "type": "boolean", "default": false, "description": "A cycle is the PDU's own reboot" }
          }
        },
        "wake_on_lan": {
          "type": "object",
          "description": "The network adapter that wakes the machine",
          "required": ["mac"],
          "additionalProperties": false,
          "properties": {
            "mac": { "type": "string", "minLength": 17, "maxLength": 17 },
            "broadcast": { "type": "string", "minLength": 7, "maxLength": 15, "default": "255.255.255.255" },
            "port": { "type": "integer", "minimum": 1, "maximum": 65535, "default": 9 },
            "interface": { "type": "string", "minLength": 1, "maxLength": 15 },
            "wake_after_seconds": { "type": "integer", "minimum": 0, "maximum": 120, "default": 5 }
          }
        }
        """#

    /// Their secrets, which are members of the whole configuration.
    public static let secrets = #"""
        "community": { "type": "string", "minLength": 1, "maxLength": 256, "writeOnly": true },
        "snmp_auth_password": { "type": "string", "minLength": 8, "maxLength": 256, "writeOnly": true },
        "snmp_privacy_password": { "type": "string", "minLength": 8, "maxLength": 256, "writeOnly": true },
        "secureon_password": { "type": "string", "minLength": 17, "maxLength": 17, "writeOnly": true }
        """#
}
