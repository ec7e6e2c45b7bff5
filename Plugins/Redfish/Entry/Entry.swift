// SPDX-License-Identifier: Apache-2.0
public import PluginAPI
import PluginKit
import Redfish

private let plugin = PluginTable(describing: RedfishDriver.descriptor, driver: RedfishDriver())

/// The one symbol the host looks up.
// swift-format-ignore: AlwaysUseLowerCamelCase
@c @implementation
public func ingot_plugin_v1() -> UnsafePointer<ingot_plugin>! { plugin.pointer }
