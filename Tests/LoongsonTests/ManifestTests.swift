// SPDX-License-Identifier: GPL-3.0-or-later
import PluginTesting
import Testing

@Suite("Loongson plugin")
struct ManifestTests {
    @Test func theManifestTellsWhatTheLibraryTells() throws {
        try expectManifest("Plugins/Loongson/plugin.json.in", describes: LoadedPlugin.named("ingot-loongson"))
    }
}
