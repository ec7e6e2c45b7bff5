// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What Ingot's own drivers earn.
@Suite("Acceptance", .serialized)
struct AcceptanceTests {
    private static let library = URL(filePath: ZooLab.ingot).deletingLastPathComponent()
        .appending(path: "libingot-ipmi.so").path
    private static var isBuilt: Bool { FileManager.default.fileExists(atPath: library) }
    private static let manifest = ZooLab.root + "/Plugins/IPMI/plugin.json.in"

    @Test(.enabled(if: isBuilt, "libingot-ipmi.so was not built"))
    func theIPMIDriverEarnsLifecycleButFirmware() throws {
        let judgement = try ZooLab().judge(
            Self.library,
            [
                "--manifest", Self.manifest, "--target", "sim:ipmi", "--profile", "lifecycle", "--without", "firmware",
                "--jobs", "6",
            ])
        #expect(judgement.status == 0, "\(judgement.output)")
        #expect(judgement.verdict == "earned")
        #expect(judgement.output.contains("# profile lifecycle without firmware: EARNED"))
        #expect(judgement.outcomes.values.count { $0 == "pass" } >= 55)
    }

    @Test(
        .enabled(if: isBuilt, "libingot-ipmi.so was not built"),
        .enabled(if: ZooLab.has("/usr/bin/ipmi_sim"), "ipmi_sim (package openipmi) is not installed"))
    func theIPMIDriverEarnsBasicOnABMCByOthers() throws {
        let judgement = try ZooLab().judge(
            Self.library,
            [
                "--manifest", Self.manifest, "--target", "openipmi", "--profile", "basic", "--map",
                #"quirks=["open_session_privilege","boot_selector_only"]"#,
            ])
        #expect(judgement.status == 0, "\(judgement.output)")
        #expect(judgement.verdict == "earned")
        #expect(judgement.outcomes["actions-work"] == "pass")
        #expect(judgement.outcomes["boot-targets"] == "not-applicable")
    }

    @Test(.enabled(if: isBuilt, "libingot-redfish.so was not built"))
    func theRedfishDriverTellsTheTruthUnderEveryFault() throws {
        let library = URL(filePath: Self.library).deletingLastPathComponent().appending(path: "libingot-redfish.so")
        let judgement = try ZooLab().judge(
            library.path,
            [
                "--manifest", ZooLab.root + "/Plugins/Redfish/plugin.json.in", "--target", "sim:redfish", "--only",
                "every-fault,sweep",
            ])
        #expect(judgement.outcomes == ["every-fault": "pass", "sweep": "pass"], "\(judgement.output)")
    }

    @Test(
        .enabled(if: isBuilt, "libingot-outlet.so was not built"), arguments: ["outlet", "outlet-servertech-sentry3"])
    func theOutletDriverEarnsPowerOnASimulatedPDU(_ target: String) throws {
        let lab = try ZooLab()
        let library = URL(filePath: Self.library).deletingLastPathComponent().appending(path: "libingot-outlet.so")
        let model = target == "outlet" ? "apc-rpdu" : String(target.dropFirst(7))
        let configuration = lab.directory + "/outlet.json"
        try Data(
            """
            {"outlet": {"host": "{host}", "port": {port}, "model": "\(model)", "outlets": ["1"], "off_seconds": 1,
             "settle_seconds": 3}, "community": "{password}"}
            """.utf8
        ).write(to: URL(filePath: configuration))
        let judgement = try lab.judge(
            library.path,
            [
                "--manifest", ZooLab.root + "/Plugins/Outlet/plugin.json.in", "--target", "sim:\(target)", "--config",
                configuration, "--jobs", "6",
            ])
        #expect(judgement.output.contains("# interface power: earned"), "\(judgement.output)")
        #expect(!judgement.outcomes.values.contains { ["fail", "crash", "hang"].contains($0) }, "\(judgement.output)")
        for check in ["every-fault", "actions-work", "lost-answer", "undeclared-actions", "no-cross-talk", "fuzz"] {
            #expect(judgement.outcomes[check] == "pass", "\(check)")
        }
        #expect(judgement.outcomes.values.count { $0 == "pass" } >= 44)
    }

    /// There is no device behind it, so only the checks of the library are made.
    @Test(.enabled(if: isBuilt, "libingot-manual.so was not built"))
    func theManualDriverIsASoundLibrary() throws {
        let library = URL(filePath: Self.library).deletingLastPathComponent().appending(path: "libingot-manual.so")
        let judgement = try ZooLab().judge(
            library.path, ["--manifest", ZooLab.root + "/Plugins/Manual/plugin.json.in"])
        #expect(!judgement.outcomes.values.contains { ["fail", "crash", "hang", "warn"].contains($0) })
        #expect(judgement.outcomes.values.count { $0 == "pass" } >= 13, "\(judgement.output)")
    }
}
