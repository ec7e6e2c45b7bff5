// SPDX-License-Identifier: Apache-2.0

extension OutletDriver {
    /// JSON Schema of a device's configuration; `plugin.json.in` repeats it.
    static let configSchema = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "additionalProperties": false,
          "properties": {
            \#(PowerSchema.paths),
            \#(PowerSchema.secrets)
          }
        }
        """#
}
