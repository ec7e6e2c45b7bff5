// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// Spares a reader who comes again and again for the end of the log the reading of it, as long as an event stream of the
/// service is silent.
///
/// The stream only says that there may be something; the log says what. Where there is no stream, each read is a read.
final class LogFollower {
    /// The log is read after so long whatever the stream says: not every service announces every entry.
    static let trust = Duration.seconds(30)
    /// A reader that has not come for so long does not come again; the stream is the service's to give to others.
    static let patience = Duration.seconds(60)
    /// After a stream was refused or has ended.
    static let retry = Duration.seconds(300)

    private var stream: EventStream?
    private var nextStream = ContinuousClock.now
    /// The last whole read: where it came to, when it began, whether the stream was there by then, and how many in
    /// a row brought nothing: only who asks the same again and again follows the log, and may hear of an event when it is
    /// announced.
    private var last: (cursor: LogCursor, began: ContinuousClock.Instant, wasLive: Bool, empty: Int)?
    private var lastVisit: ContinuousClock.Instant?
    /// An event may be told before its entry can be read; the log is read once more after it.
    private var isUnsettled = false

    /// Nothing has come after the cursor since it was given out, as far as the stream tells.
    func isSilent(after cursor: LogCursor, _ call: borrowing Call) throws(PluginError) -> Bool {
        lastVisit = .now
        guard let stream else { return false }
        let news = try stream.news(call)
        if stream.state == .ended {
            self.stream = nil
            nextStream = .now + Self.retry
            return false
        }
        if news > 0 {
            isUnsettled = true
            return false
        }
        guard let last, last.wasLive, last.empty >= 3, last.cursor == cursor, last.began.duration(to: .now) < Self.trust
        else {
            return false
        }
        guard !isUnsettled else {
            isUnsettled = false
            return false
        }
        return true
    }

    /// Opens the stream for somebody who reads on, unless there is one.
    func follow(_ open: () throws(PluginError) -> EventStream?) throws(PluginError) {
        guard stream == nil, nextStream <= .now else { return }
        stream = try open()
        if stream == nil { nextStream = .now + Self.retry }
    }

    /// The log was read to its end, from a cursor on where there was one.
    func didRead(from after: LogCursor?, to cursor: LogCursor, began: ContinuousClock.Instant) {
        last = (cursor, began, stream?.state == .live, after == cursor ? (last?.empty ?? 0) + 1 : 0)
    }

    /// Ends the stream when nobody has come for a while.
    func rest() {
        guard let lastVisit, lastVisit.duration(to: .now) > Self.patience else { return }
        stop()
    }

    func stop() { (stream, last, lastVisit) = (nil, nil, nil) }
}
