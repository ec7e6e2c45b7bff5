// SPDX-License-Identifier: GPL-3.0-or-later
import Outlet

extension LoongsonDriver {
    /// JSON Schema of a device's configuration; `plugin.json.in` repeats it.
    static let configSchema = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "required": ["kind"],
          "additionalProperties": false,
          "properties": {
            "kind": {
              "type": "string",
              "enum": ["ls2k", "pmon", "uefi"],
              "description": "ls2k: with Loongson's 2K BMC; pmon: PMON on a serial port, no BMC; uefi: UEFI, no BMC"
            },
            "host": {
              "type": "string",
              "minLength": 1,
              "maxLength": 255,
              "description": "Name, IPv4 or IPv6 address of the BMC"
            },
            "port": {"type": "integer", "minimum": 1, "maximum": 65535},
            "username": {"type": "string", "minLength": 1, "maxLength": 16},
            "password": {"type": "string", "minLength": 1, "maxLength": 20, "writeOnly": true},
            "kg": {
              "type": "string",
              "minLength": 1,
              "maxLength": 20,
              "writeOnly": true,
              "description": "BMC key, when it has one"
            },
            "privilege": {"type": "string", "enum": ["user", "operator", "administrator"]},
            "cipher_suites": {
              "type": "array",
              "minItems": 1,
              "uniqueItems": true,
              "items": {"type": "integer", "enum": [3, 8, 12, 17]},
              "description": "In order of preference"
            },
            "quirks": {
              "type": "array",
              "uniqueItems": true,
              "items": {
                "type": "string",
                "enum": [
                  "authentication_capabilities",
                  "intel_2_0_session",
                  "supermicro_2_0_session",
                  "sun_2_0_session",
                  "open_session_privilege",
                  "non_empty_integrity_check_value",
                  "no_checksum_check",
                  "boot_selector_only",
                  "boot_no_timeout_parameter",
                  "boot_uefi_disk_24",
                  "sol_no_payload_check",
                  "cipher_3_only",
                  "short_device_id",
                  "cycle_unsupported"
                ]
              }
            },
            "commands": {
              "type": "array",
              "maxItems": 64,
              "description": "Kind ls2k: raw requests of the board's maker, asked for as command.NAME",
              "items": {
                "type": "object",
                "required": ["name", "netfn", "command"],
                "additionalProperties": false,
                "properties": {
                  "name": {"type": "string", "minLength": 1, "maxLength": 32},
                  "netfn": {"type": "integer", "minimum": 0, "maximum": 62},
                  "command": {"type": "integer", "minimum": 0, "maximum": 255},
                  "lun": {"type": "integer", "minimum": 0, "maximum": 3},
                  "data": {"type": "string", "maxLength": 768, "description": "Hexadecimal digits"}
                }
              }
            },
            \#(PowerSchema.paths),
            "console": {
              "type": "string",
              "minLength": 8,
              "maxLength": 128,
              "description": "The serial port: tcp://, telnet:// or rfc2217:// with address and port of a console server"
            },
            "serial": {
              "type": "object",
              "description": "How rfc2217:// sets the port",
              "additionalProperties": false,
              "properties": {
                "baud": {"type": "integer", "minimum": 300, "maximum": 4000000, "default": 115200},
                "data_bits": {"type": "integer", "enum": [7, 8], "default": 8},
                "parity": {"type": "string", "enum": ["none", "odd", "even"], "default": "none"},
                "stop_bits": {"type": "integer", "enum": [1, 2], "default": 1}
              }
            },
            "pmon": {
              "type": "object",
              "description": "How the firmware talks",
              "additionalProperties": false,
              "properties": {
                "prompt": {
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 64,
                  "default": "PMON*>",
                  "description": "End of a line; * is anything"
                },
                "abort_key": {"type": "string", "enum": ["space", "tab", "escape", "ctrl-c"], "default": "space"},
                "window": {
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 80,
                  "description": "Text of the board's own that says a key is awaited"
                },
                "character_ms": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 20},
                "start_seconds": {"type": "integer", "minimum": 1, "maximum": 600, "default": 20},
                "prompt_seconds": {"type": "integer", "minimum": 1, "maximum": 900, "default": 120},
                "load_seconds": {"type": "integer", "minimum": 1, "maximum": 1800, "default": 300},
                "kernel_seconds": {"type": "integer", "minimum": 1, "maximum": 600, "default": 30}
              }
            },
            "network_boot": \#(bootPlan("pxe")),
            "disk_boot": \#(bootPlan("disk")),
            \#(PowerSchema.secrets),
            "firmware_password": {
              "type": "string",
              "minLength": 1,
              "maxLength": 49,
              "writeOnly": true,
              "description": "When PMON asks for one"
            }
          }
        }
        """#

    /// What is loaded for a boot target.
    private static func bootPlan(_ target: String) -> String {
        #"""
        {
          "type": "object",
          "description": "What PMON loads for the boot target \#(target)",
          "required": ["kernel"],
          "additionalProperties": false,
          "properties": {
            "interface": {
              "type": "string",
              "minLength": 1,
              "maxLength": 16,
              "description": "PMON's name, such as syn0 or eth0"
            },
            "address": {
              "type": "string",
              "minLength": 7,
              "maxLength": 15,
              "description": "IPv4 address the firmware gives itself"
            },
            "kernel": {"type": "string", "minLength": 1, "maxLength": 180},
            "initrd": {"type": "string", "minLength": 1, "maxLength": 180},
            "arguments": {"type": "string", "minLength": 1, "maxLength": 190}
          }
        }
        """#
    }
}
