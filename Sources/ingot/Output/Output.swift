// SPDX-License-Identifier: Apache-2.0
import Control
import Foundation

/// A stream that results or progress go to.
struct Output: Sendable {
    /// What is known about the other end.
    let terminal: Terminal
    private let sink: @Sendable (String) -> Void

    /// Standard output, for results.
    static var standard: Output { Output(descriptor: STDOUT_FILENO) }
    /// Standard error, for progress and errors.
    static var error: Output { Output(descriptor: STDERR_FILENO) }

    init(descriptor: Int32) {
        terminal = Terminal(descriptor: descriptor)
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        sink = { try? handle.write(contentsOf: Data($0.utf8)) }
    }

    /// An output for tests.
    init(terminal: Terminal, sink: @escaping @Sendable (String) -> Void) {
        self.terminal = terminal
        self.sink = sink
    }

    /// Writes a text as it is.
    func write(_ text: String) {
        if !text.isEmpty { sink(text) }
    }

    /// Writes a text and a newline.
    func line(_ text: String) {
        sink(text + "\n")
    }

    /// Prints a server's answer in a machine-readable format.
    func print(_ value: JSONValue, _ format: OutputFormat) {
        switch format {
        case .yaml: line(value.renderedYAML())
        case .json, .table: line(value.rendered(indented: true))
        }
    }

    /// Prints an answer as it is, or as the table that `table` makes of it.
    func print(_ value: JSONValue, _ format: OutputFormat, table: () throws -> String) rethrows {
        if format == .table { line(try table()) } else { print(value, format) }
    }
}
