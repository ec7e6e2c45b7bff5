// SPDX-License-Identifier: GPL-3.0-or-later
import Loongson
public import PluginAPI
import PluginKit

private let plugin = PluginTable(describing: LoongsonDriver.descriptor, driver: LoongsonDriver())

/// The one symbol the host looks up.
// swift-format-ignore: AlwaysUseLowerCamelCase
@c @implementation
public func ingot_plugin_v1() -> UnsafePointer<ingot_plugin>! { plugin.pointer }
