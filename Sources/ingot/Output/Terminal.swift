// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What the process knows about the terminal it talks to.
struct Terminal: Sendable, Equatable {
    /// Whether output goes to a person's terminal.
    var isInteractive: Bool
    /// Whether colours may be used: a terminal, and NO_COLOR is unset.
    var hasColour: Bool
    /// Columns that one line may have.
    var width: Int

    /// Looks at a file descriptor and the environment.
    init(descriptor: Int32, environment: [String: String] = ProcessInfo.processInfo.environment) {
        let interactive = isatty(descriptor) == 1 && environment["TERM"] != "dumb"
        var size = winsize()
        let known = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        self.init(interactive: interactive, width: known ? Int(size.ws_col) : 80, environment: environment)
    }

    /// Decides from facts; pure, for tests.
    init(interactive: Bool, width: Int, environment: [String: String]) {
        isInteractive = interactive
        hasColour = interactive && (environment["NO_COLOR"] ?? "").isEmpty
        self.width = max(width, 20)
    }

    /// The text without control characters, so that nothing from a server can steer the terminal.
    static func printable(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: result.append(" ")
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// Wraps a text in an SGR colour when colours are allowed.
    func coloured(_ text: String, _ colour: Colour) -> String {
        hasColour ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// The few colours that are used, by their SGR number.
    enum Colour: Int {
        case red = 31
        case green = 32
        case yellow = 33
        case cyan = 36
    }
}
