// SPDX-License-Identifier: Apache-2.0

/// A device that takes virtual media (`ingot.media/1`).
///
/// A token is the whole state of the work: another process may go on with it.
public protocol VirtualMedia: DriverDevice {
    /// Inserts a medium: emits `token` before the first step that cannot be undone. `source` may hold the image.
    func insertMedia(request json: String, _ source: borrowing ImageSource, _ call: borrowing Call) throws(PluginError)

    /// Whether the medium is in.
    func isMediaInserted(token: String, _ call: borrowing Call) throws(PluginError) -> Bool

    /// Ejects it; `state` when there is none.
    func ejectMedia(token: String, _ call: borrowing Call) throws(PluginError)
}

/// A device whose firmware can be updated (`ingot.firmware/1`).
public protocol FirmwareUpdate: DriverDevice {
    /// Begins an update: emits `token` before the first step that cannot be undone. `source` may hold the image.
    func beginUpdate(request json: String, _ source: borrowing ImageSource, _ call: borrowing Call) throws(PluginError)

    /// Whether the update has ended well; throws when it has failed.
    func isUpdateDone(token: String, _ call: borrowing Call) throws(PluginError) -> Bool

    /// Aborts it, where the device can.
    func abortUpdate(token: String, _ call: borrowing Call) throws(PluginError)
}
