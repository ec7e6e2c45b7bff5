// SPDX-License-Identifier: Apache-2.0
import Foundation
import Scaffold
import Testing

/// The conformance kit's word on what `ingot driver new` writes, before anybody has changed a line of it.
@Suite("The kit on the templates", .serialized) struct KitTests {
    @Test(.enabled(if: DriverLab.has(.c), "make, pkg-config or cc is not installed"))
    func cEarnsBasic() throws { try expectBasic(.c) }

    @Test(.enabled(if: DriverLab.has(.cpp), "make, pkg-config or c++ is not installed"))
    func cppEarnsBasic() throws { try expectBasic(.cpp) }

    @Test(.enabled(if: DriverLab.has(.rust), "make, pkg-config or cargo is not installed"))
    func rustEarnsBasic() throws { try expectBasic(.rust) }

    @Test(.enabled(if: DriverLab.has(.swift), "make, pkg-config or swift is not installed"))
    func swiftEarnsBasic() throws { try expectBasic(.swift) }

    private func expectBasic(_ language: DriverLanguage) throws {
        let lab = try DriverLab.shared.get()
        _ = try lab.plugins(language)
        let path = DriverLab.products.path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
        let done = try Command.shell(
            "umask 022; timeout --kill-after=5 500 make check CHECKFLAGS=--fast",
            in: lab.directory + "/" + language.rawValue, environment: lab.environment.merging(["PATH": path]) { $1 })
        #expect(done.status == 0 && done.output.contains("profile basic: EARNED"), "\(done.output.suffix(6000))")
    }
}
