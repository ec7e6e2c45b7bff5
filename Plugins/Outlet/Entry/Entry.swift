// SPDX-License-Identifier: Apache-2.0
import Outlet
public import PluginAPI
import PluginKit

private let plugin = PluginTable(describing: OutletDriver.descriptor, driver: OutletDriver())

/// The one symbol the host looks up.
// swift-format-ignore: AlwaysUseLowerCamelCase
@c @implementation
public func ingot_plugin_v1() -> UnsafePointer<ingot_plugin>! { plugin.pointer }
