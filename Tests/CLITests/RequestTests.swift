// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import Foundation
import Testing

@testable import ingot

/// Command lines become the right requests.
struct RequestTests {
    @Test func machineAdd() throws {
        let command = try MachineAdd.parse([
            "m1", "--mac", "52:54:00:00:00:01", "--address", "127.77.0.1", "--firmware", "uefi", "--set",
            "host=10.0.0.5", "--set", "port=623", "--set", "cipher_suites=[17,3]", "--set", "username=\"017\"",
        ])
        let body = try command.body(password: "pw")
        #expect(
            body
                == .object([
                    "name": .string("m1"), "driver": .string("dev.ingot.ipmi"), "mac": .string("52:54:00:00:00:01"),
                    "address": .string("127.77.0.1"), "firmware": .string("uefi"),
                    "config": .object([
                        "host": .string("10.0.0.5"), "port": .integer(623),
                        "cipher_suites": .array([.integer(17), .integer(3)]), "username": .string("017"),
                        "password": .string("pw"),
                    ]),
                ]))
    }

    @Test(arguments: [["--set", "password=x"], ["--set", "a=1", "--set", "a=2"]])
    func machineAddRefuses(_ arguments: [String]) throws {
        let command = try MachineAdd.parse(["m", "--mac", "a", "--address", "b"] + arguments)
        #expect(throws: ValidationError.self) { try command.body(password: nil) }
    }

    @Test func secretFile() throws {
        let file = try TemporaryFile("s3cret\r\nmore\n")
        let command = try MachineAdd.parse(["m", "--mac", "a", "--address", "b", "--secret-file", "kg=\(file.path)"])
        #expect(try command.body(password: nil)["config"]["kg"] == .string("s3cret"))
    }

    /// Options belong to the driver before them; a password that is given once serves every driver that has one.
    @Test func machineAddWithTwoDrivers() throws {
        let file = try TemporaryFile("rf-secret\n")
        let arguments = [
            "machine", "add", "m1", "--mac", "a", "--address", "b", "--driver", "dev.ingot.redfish", "--set",
            "address=https://10.0.0.5", "--password-file", file.path, "--driver=dev.ingot.ipmi", "--set=host=10.0.0.5",
            "--set", "quirks=[\"x\"]", "--quirk", "+cipher_3_only", "--quirk", "-etag_never",
        ]
        let command = try MachineAdd.parse(Array(DriverScope.marked(arguments).dropFirst(2)))
        let body = try command.body(password: "shared")
        #expect(body["driver"].isNull && body["config"].isNull)
        #expect(
            body["drivers"]
                == .array([
                    .object([
                        "driver": .string("dev.ingot.redfish"),
                        "configuration": .object([
                            "address": .string("https://10.0.0.5"), "password": .string("rf-secret"),
                        ]),
                    ]),
                    .object([
                        "driver": .string("dev.ingot.ipmi"),
                        "configuration": .object([
                            "host": .string("10.0.0.5"), "quirks": .array([.string("x")]),
                            "password": .string("shared"),
                        ]),
                    ]),
                ]))
        #expect(
            body["quirks"]
                == .object(["add": .array([.string("cipher_3_only")]), "remove": .array([.string("etag_never")])]))
        let without = try command.body(password: "shared", takesPassword: { $0 != "dev.ingot.ipmi" })
        #expect(without["drivers"].elements?.last?["configuration"]["password"].isNull == true)
    }

    @Test(arguments: [
        ["machine", "add", "m", "--driver", "a", "--set", "x=1"],
        ["machine", "show", "m", "--driver", "a", "--driver", "b", "--set", "x=1"], ["machine"], [],
        ["instance", "add", "--driver", "a", "--driver", "b"],
    ])
    func otherCommandLinesStayAsTheyAre(_ arguments: [String]) {
        #expect(DriverScope.marked(arguments) == arguments)
    }

    @Test func argumentsAfterTheDashesAreNotMarked() {
        let marked = DriverScope.marked([
            "machine", "add", "--driver", "a", "--driver", "b", "--", "--set", "x=1",
        ])
        #expect(marked.suffix(2) == ["--set", "x=1"])
    }

    @Test(arguments: ["", "+", "-", "name"])
    func quirksNeedASign(_ text: String) {
        #expect(QuirkArgument(argument: text) == nil)
    }

    @Test func machineUpdate() throws {
        let command = try MachineUpdate.parse([
            "m1", "--set", "host=10.0.0.9", "--unset", "kg", "--address", "127.77.0.9", "--quirk", "-a", "--quirk",
            "+b",
        ])
        let before = JSONValue.object(["add": .array([.string("a"), .string("c")]), "remove": .array([.string("b")])])
        #expect(
            try command.body(quirks: before)
                == .object([
                    "address": .string("127.77.0.9"),
                    "config": .object(["host": .string("10.0.0.9"), "kg": .null]),
                    "quirks": .object([
                        "add": .array([.string("c"), .string("b")]), "remove": .array([.string("a")]),
                    ]),
                ]))
        #expect(throws: ValidationError.self) { try MachineUpdate.parse(["m1"]).body(quirks: .null) }
        let cleared = try MachineUpdate.parse(["m1", "--clear-quirks"]).body(quirks: before)
        #expect(cleared["quirks"] == .object(["add": .array([]), "remove": .array([])]))
        let drivers = try MachineUpdate.parse(["m1", "--driver", "d", "--set", "x=1"]).body(quirks: .null)
        #expect(drivers["drivers"].elements?.first?["configuration"]["x"] == .integer(1))
    }

    @Test func machineBoot() throws {
        #expect(try MachineBoot.parse(["m"]).body == nil)
        #expect(
            try MachineBoot.parse(["m", "disk", "--persistent", "--mode", "uefi"]).body
                == .object(["target": .string("disk"), "persistent": .bool(true), "mode": .string("uefi")]))
        #expect(throws: (any Error).self) { try MachineBoot.parse(["m", "--persistent"]) }
        #expect(throws: (any Error).self) { try MachineBoot.parse(["m", "floppy"]) }
    }

    @Test func instanceDeploy() throws {
        let keys = try TemporaryFile("# mine\nssh-ed25519 AAAA me@host\n\n ssh-rsa BBBB\n")
        let data = try TemporaryFile("#cloud-config\n")
        let command = try InstanceDeploy.parse([
            "web1", "--machine", "m1", "--image", "debian", "--hostname", "web", "--ssh-key-file", keys.path,
            "--disk-serial", "S1", "--disk-min-size", "10G", "--disk-max-size", "1TB", "--network",
            "mac=52:54:00:00:00:01,address=10.0.0.9/24,gateway=10.0.0.1,dns=1.1.1.1,dns=9.9.9.9", "--user-data",
            data.path, "--console", "ttyS0,115200n8",
        ])
        #expect(
            try command.body()
                == .object([
                    "name": .string("web1"), "machine": .string("m1"), "image": .string("debian"),
                    "hostname": .string("web"), "console": .string("ttyS0,115200n8"),
                    "user_data": .string("#cloud-config\n"),
                    "ssh_keys": .array([.string("ssh-ed25519 AAAA me@host"), .string("ssh-rsa BBBB")]),
                    "disk": .object([
                        "serial": .string("S1"), "min_bytes": .integer(10 << 30),
                        "max_bytes": .integer(1_000_000_000_000),
                    ]),
                    "networks": .array([
                        .object([
                            "mac": .string("52:54:00:00:00:01"), "address": .string("10.0.0.9/24"),
                            "gateway": .string("10.0.0.1"),
                            "dns": .array([.string("1.1.1.1"), .string("9.9.9.9")]),
                        ])
                    ]),
                ]))
    }

    @Test func privateKeysAreRefused() throws {
        let key = try TemporaryFile("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n")
        let command = try InstanceDeploy.parse(["w", "--machine", "m", "--image", "i", "--ssh-key-file", key.path])
        #expect { try command.body() } throws: { ($0 as? CommandError)?.exit == .local }
    }

    @Test(arguments: [
        "", "mac=a", "address=b", "mac=a,address=b,mac=c", "mac=,address=b", "mac=a,address=b,vlan=1",
        "mac=a,,address=b",
    ])
    func badNetworks(_ text: String) {
        #expect(NetworkArgument(argument: text) == nil)
    }

    @Test(arguments: [
        ("a=1", JSONValue.integer(1)), ("a=true", .bool(true)), ("a=[1,\"x\"]", .array([.integer(1), .string("x")])),
        ("a=text", .string("text")), ("a=", .string("")), ("a=b=c", .string("b=c")), ("a=1.5", .number(1.5)),
        ("a={\"b\":null}", .object(["b": .null])), ("a=10.0.0.5", .string("10.0.0.5")),
    ])
    func settingsAreTyped(_ text: String, _ value: Control.JSONValue) {
        #expect(Setting(argument: text)?.value == value)
    }

    @Test func settingsNeedAKey() {
        #expect(Setting(argument: "=1") == nil)
        #expect(Setting(argument: "x") == nil)
    }

    @Test func tokenSources() throws {
        let first = try TemporaryFile("one\n")
        let second = try TemporaryFile("two\n")
        let both = ["INGOT_TOKEN": "direct", "INGOT_TOKEN_FILE": second.path]
        #expect(try TokenSource.token(file: first.path, environment: both) == "one")
        #expect(try TokenSource.token(file: nil, environment: both) == "direct")
        #expect(try TokenSource.token(file: nil, environment: ["INGOT_TOKEN_FILE": second.path]) == "two")
        #expect(try TokenSource.token(file: nil, environment: [:], paths: ["/nonexistent", first.path]) == "one")
        #expect(try TokenSource.token(file: nil, environment: [:], paths: ["/nonexistent"]) == nil)
        #expect { try TokenSource.token(file: "/nonexistent", environment: [:]) } throws: {
            ($0 as? CommandError)?.exit == .local
        }
        let bad = try TemporaryFile("two words\n")
        #expect(throws: CommandError.self) { try TokenSource.token(file: bad.path, environment: [:]) }
    }
}
