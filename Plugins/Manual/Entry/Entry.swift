// SPDX-License-Identifier: Apache-2.0
import Manual
public import PluginAPI
import PluginKit

private let plugin = PluginTable(describing: ManualDriver.descriptor, driver: ManualDriver())

/// The one symbol the host looks up.
// swift-format-ignore: AlwaysUseLowerCamelCase
@c @implementation
public func ingot_plugin_v1() -> UnsafePointer<ingot_plugin>! { plugin.pointer }
