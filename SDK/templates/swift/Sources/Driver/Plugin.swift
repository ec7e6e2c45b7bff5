// SPDX-License-Identifier: 0BSD
public import PluginAPI
import PluginKit

/// What the plugin is; plugin.json.in says the same.
private let plugin = PluginTable(
    describing: PluginDescriptor(
        id: "dev.example.skeleton", name: "skeleton", vendor: "Example", version: "0.1.0", license: "0BSD",
        configSchema: """
            {
              "type": "object",
              "required": ["host", "port", "username", "password"],
              "additionalProperties": false,
              "properties": {
                "host": {"type": "string", "minLength": 1, "maxLength": 255},
                "port": {"type": "integer", "minimum": 1, "maximum": 65535},
                "username": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"},
                "password": {"type": "string", "minLength": 1, "maxLength": 64, "writeOnly": true}
              }
            }
            """),
    driver: LineDriver())

/// The one symbol the host looks up.
// swift-format-ignore: AlwaysUseLowerCamelCase
@c @implementation
public func ingot_plugin_v1() -> UnsafePointer<ingot_plugin>! { plugin.pointer }
