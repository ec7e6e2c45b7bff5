// SPDX-License-Identifier: Apache-2.0

/// A way in which a BMC or the way to it goes wrong, by its name on the command line.
public struct FaultKind: Sendable, Equatable {
    /// Where a fault can be told to strike.
    public enum Scope: String, Sendable, CaseIterable {
        /// Any protocol.
        case any
        /// Datagrams: IPMI and SNMP over UDP.
        case datagram
        /// Byte streams: HTTP, and the line protocol.
        case stream
        case ipmi
        case redfish
        case snmp
        /// Firmware that is spoken to on a serial line.
        case firmware
        /// The machine behind the BMC.
        case chassis
    }

    /// One argument of a fault, and what it is when it is not given.
    public struct Parameter: Sendable, Equatable {
        public var name: String
        public var standard: Double
        public var meaning: String
    }

    public let name: String
    public let scope: Scope
    /// One sentence: what happens.
    public let summary: String
    /// Where it was met: a product, a specification, an issue.
    public let origin: String
    public let parameters: [Parameter]

    init(_ name: String, _ scope: Scope, _ summary: String, origin: String, _ parameters: [Parameter] = []) {
        self.name = name
        self.scope = scope
        self.summary = summary
        self.origin = origin
        self.parameters = parameters
    }

    public init?(named name: String) {
        guard let kind = Self.all.first(where: { $0.name == name }) else { return nil }
        self = kind
    }
}

extension FaultKind {
    private static func rate(_ standard: Double) -> Parameter {
        Parameter(name: "rate", standard: standard, meaning: "how often, 0 to 1 or with %")
    }
    private static func seconds(_ standard: Double, _ meaning: String) -> Parameter {
        Parameter(name: "seconds", standard: standard, meaning: meaning)
    }
    private static func after(_ standard: Double) -> Parameter {
        Parameter(name: "after", standard: standard, meaning: "how many requests pass before it strikes")
    }
    private static func count(_ standard: Double, _ meaning: String) -> Parameter {
        Parameter(name: "count", standard: standard, meaning: meaning)
    }

    /// Every fault there is.
    public static let all: [FaultKind] = [
        // The way to the BMC
        FaultKind("loss", .datagram, "a datagram is lost, either way", origin: "UDP (RFC 768)", [rate(0.2)]),
        FaultKind("duplicate", .datagram, "an answer comes twice", origin: "UDP (RFC 768)", [rate(0.2)]),
        FaultKind("reorder", .datagram, "an answer comes after the next one", origin: "UDP (RFC 768)", [rate(0.2)]),
        FaultKind(
            "latency", .any, "every answer comes late", origin: "WAN links; slow BMC processors",
            [seconds(2, "how late"), Parameter(name: "jitter", standard: 0, meaning: "up to so many seconds more")]),
        FaultKind(
            "hang", .any, "nothing is answered any more", origin: "BMCs that lock up under polling (Ironic, MAAS)",
            [after(0)]),
        FaultKind("garbage", .any, "an answer is random bytes", origin: "failing BMC flash; fuzzing", [rate(1)]),
        FaultKind("truncate", .any, "an answer ends half-way", origin: "BMC out of memory", [rate(1)]),
        FaultKind(
            "reset-mid-body", .stream, "the connection is reset inside the body", origin: "BMC web server restarts",
            [rate(1), Parameter(name: "bytes", standard: 64, meaning: "how many bytes of the body come first")]),
        FaultKind(
            "half-close", .stream, "the BMC closes its side before it answers", origin: "lighttpd on old iBMC",
            [rate(1)]),
        FaultKind(
            "slow-bytes", .stream, "an answer comes at so many bytes a second", origin: "toxiproxy's slicer",
            [Parameter(name: "bytes", standard: 100, meaning: "bytes a second")]),
        FaultKind("slice", .stream, "an answer comes one byte at a time", origin: "toxiproxy's slicer"),
        FaultKind("refuse", .stream, "connections are refused", origin: "BMC web service switched off", [after(0)]),
        // Sessions and credentials
        FaultKind(
            "session-limit", .any, "only so many sessions; more get busy", origin: "iDRAC allows 8 (RAC0218)",
            [count(8, "sessions")]),
        FaultKind(
            "session-expiry", .any, "a session ends by itself",
            origin: "IPMI 2.0 section 6.12.15; Redfish SessionTimeout",
            [seconds(1, "after how long"), count(1_000_000, "how many sessions it happens to")]),
        FaultKind("session-leak", .any, "logging out is answered and frees nothing", origin: "check_redfish issue 198"),
        FaultKind(
            "low-privilege", .any, "the user may only read", origin: "operator accounts; IPMI completion code D4h"),
        FaultKind(
            "auth-lockout", .any, "an account is locked after so many failures", origin: "iLO, iDRAC account policy",
            [count(3, "failures")]),
        FaultKind(
            "rakp-truncated", .ipmi, "RAKP message 2 is cut short", origin: "broken BMC firmware; fuzzing", [rate(1)]),
        FaultKind(
            "rakp-status", .ipmi, "RAKP message 2 carries a wrong status", origin: "IPMI 2.0 table 13-15",
            [Parameter(name: "code", standard: 1, meaning: "the status")]),
        // Answers of IPMI
        FaultKind(
            "wrong-checksum", .ipmi, "a message checksum is wrong", origin: "freeipmi workaround nochecksumcheck",
            [rate(1)]),
        FaultKind(
            "wrong-sequence", .ipmi, "the answer carries another request's sequence number",
            origin: "late answers after a retry", [rate(1)]),
        FaultKind(
            "wrong-session-id", .ipmi, "the answer belongs to another session", origin: "supermicro session mix-ups",
            [rate(1)]),
        FaultKind(
            "wrong-auth-code", .ipmi, "the integrity check value is wrong",
            origin: "freeipmi workaround nonemptyintegrity",
            [rate(1)]),
        FaultKind(
            "wrong-completion-code", .ipmi, "commands are answered with this completion code",
            origin: "IPMI 2.0 table 5-2",
            [Parameter(name: "code", standard: 0xC1, meaning: "the completion code"), rate(1)]),
        FaultKind(
            "node-busy", .any, "the BMC says it is busy", origin: "completion code C0h; HTTP 503",
            [rate(1), count(1_000_000, "how many answers")]),
        FaultKind(
            "sdr-changing", .ipmi, "the SDR reservation is lost while it is read", origin: "IPMI 2.0 section 33.11",
            [count(3, "how many times")]),
        FaultKind("boot-lapse-locked", .ipmi, "boot parameter 3 is refused", origin: "OpenBMC (Ironic ipmitool.py)"),
        FaultKind(
            "sol-flood", .ipmi, "the console prints without end", origin: "kernels in a panic loop",
            [Parameter(name: "bytes", standard: 100_000, meaning: "bytes a second")]),
        FaultKind(
            "sol-drop", .ipmi, "the console session ends by itself", origin: "BMC watchdogs",
            [seconds(2, "after how long")]),
        // Answers of Redfish
        FaultKind(
            "status", .redfish, "requests are answered with this HTTP status", origin: "RFC 9110 section 15",
            [
                Parameter(name: "code", standard: 500, meaning: "the status"), rate(1),
                count(1_000_000, "how many answers"),
            ]),
        FaultKind(
            "retry-after", .redfish, "503 with Retry-After, so many times", origin: "RFC 9110 section 10.2.3",
            [seconds(1, "the header's value"), count(2, "how many times")]),
        FaultKind(
            "etag-required", .redfish, "a change without If-Match gets 428", origin: "AMI (gofish issue 171), RFC 6585"),
        FaultKind(
            "etag-refused", .redfish, "a change with If-Match gets 412", origin: "Dell actions (metal-operator 1015)"),
        FaultKind(
            "etag-weak", .redfish, "ETags are weak and change form", origin: "iDRAC10 -gzip suffix (gofish issue 511)"),
        FaultKind(
            "oversize", .redfish, "a body of so many MiB", origin: "runaway log collections",
            [Parameter(name: "mib", standard: 10, meaning: "MiB")]),
        FaultKind(
            "deep-json", .redfish, "JSON nested so deep", origin: "parser attacks (RFC 8259 section 9)",
            [Parameter(name: "depth", standard: 100_000, meaning: "levels")]),
        FaultKind(
            "bad-json", .redfish, "a body that is no JSON", origin: "HTML error pages of BMC web servers", [rate(1)]),
        FaultKind(
            "link-cycle", .redfish, "a collection's next page is itself",
            origin: "Redfish DSP0266 nextLink; broken paging"),
        FaultKind(
            "missing-property", .redfish, "PowerState and Boot are not there", origin: "licence-gated endpoints",
            [rate(1)]),
        FaultKind("task-never-ends", .redfish, "a task stays Running", origin: "Lifecycle Controller jobs (Ironic)"),
        FaultKind(
            "certificate-change", .redfish, "the certificate is another one after so many connections",
            origin: "BMC reset to factory; interception", [after(1)]),
        FaultKind("certificate-expired", .redfish, "the certificate has expired", origin: "RFC 5280 section 4.1.2.5"),
        FaultKind("certificate-host", .redfish, "the certificate names another host", origin: "RFC 9525"),
        FaultKind(
            "redirect", .redfish, "requests are redirected to another host", origin: "RFC 9110 section 15.4; SSRF"),
        // Answers of SNMP
        FaultKind(
            "wrong-request-id", .snmp, "the answer carries another request's id", origin: "late answers after a retry",
            [rate(1)]),
        FaultKind(
            "error-status", .snmp, "requests are answered with this error-status", origin: "RFC 3416 section 3",
            [Parameter(name: "code", standard: 5, meaning: "the error-status"), rate(1)]),
        FaultKind(
            "wrong-version", .snmp, "the answer is of another version than the request", origin: "RFC 3584 section 4",
            [rate(1)]),
        FaultKind(
            "wrong-object", .snmp, "the answer is about another object", origin: "broken PDU firmware; fuzzing",
            [rate(1)]),
        FaultKind("wrong-type", .snmp, "values come as text", origin: "broken PDU firmware; fuzzing", [rate(1)]),
        FaultKind(
            "no-instance", .snmp, "nothing that is asked for is there", origin: "a PDU of fewer outlets", [rate(1)]),
        FaultKind(
            "no-bindings", .snmp, "the answer names no object", origin: "broken PDU firmware; fuzzing", [rate(1)]),
        // Firmware on a serial line
        FaultKind(
            "line-silent", .firmware, "the serial line carries nothing, either way", origin: "a loose cable"),
        FaultKind(
            "line-noise", .firmware, "random characters come between those that are printed",
            origin: "wrong speed, long cables", [rate(0.02)]),
        FaultKind(
            "line-loss", .firmware, "typed characters are lost", origin: "UARTs without flow control", [rate(0.05)]),
        FaultKind(
            "echo-slow", .firmware, "the firmware takes so long for each character",
            origin: "firmware that polls its UART", [seconds(0.2, "how long")]),
        FaultKind(
            "firmware-hang", .firmware,
            "the firmware stops for ever at a step: 0 self-test, 1 banner, 2 countdown, 3 prompt, 4 load, 5 initrd, 6 start",
            origin: "boards that hang in their self-test",
            [Parameter(name: "step", standard: 3, meaning: "the step")]),
        FaultKind(
            "firmware-past", .firmware, "a system is up before anybody could press a key", origin: "bootdelay 0"),
        FaultKind(
            "firmware-password", .firmware, "the firmware asks for a password that nobody knows",
            origin: "PMON's user password"),
        FaultKind(
            "file-wrong", .firmware, "what is loaded is no kernel", origin: "TFTP folders of other machines"),
        FaultKind("file-missing", .firmware, "a file that is loaded is not there", origin: "TFTP error code 1"),
        // The machine and its BMC
        FaultKind(
            "bmc-restart", .any, "the BMC restarts, and forgets its sessions", origin: "BMC cold reset, watchdogs",
            [after(3), seconds(3, "how long it is away"), count(1, "how many times")]),
        FaultKind(
            "firmware-update", .any, "every command is busy: an update runs",
            origin: "IPMI completion code D1h; HTTP 503",
            [after(0), seconds(1_000_000, "how long")]),
        FaultKind(
            "reply-lost", .any, "the answer to a change is lost after the change was made", origin: "any network",
            [count(1, "how many times")]),
        FaultKind(
            "power-drop", .any, "the connection is gone in the middle of a power action",
            origin: "BMC that shares the power rail"),
        FaultKind(
            "boot-ignored", .chassis, "a boot override is acknowledged and ignored",
            origin: "iDRAC9 (metal-operator 80), Supermicro",
            [Parameter(name: "shown", standard: 0, meaning: "1 when it reads back as if it were kept")]),
        FaultKind(
            "boot-once-sticks", .chassis, "an override for one boot stays",
            origin: "sushy-tools; BMCs that turn Once into Continuous"),
        FaultKind(
            "boot-persistent-lost", .chassis, "a persistent override holds for one boot",
            origin: "Lenovo XCC, Once only"),
        FaultKind(
            "boot-wrong-readback", .chassis, "the override reads back as another device", origin: "renamed boot devices"
        ),
        FaultKind(
            "power-stale", .chassis, "the state read is so many seconds old", origin: "cached chassis status",
            [seconds(5, "how old")]),
        FaultKind(
            "power-stuck-on", .chassis, "off is acknowledged and nothing happens", origin: "hung power sequencer"),
        FaultKind(
            "power-stuck-off", .chassis, "on is acknowledged and nothing happens", origin: "power cap, failed supply"),
        FaultKind(
            "power-slow", .chassis, "power actions take so long", origin: "blade chassis", [seconds(10, "how long")]),
        FaultKind(
            "clock-jump", .chassis, "the BMC's clock is wrong by so many seconds", origin: "dead RTC battery",
            [seconds(86_400, "by how much; may be negative")]),
        FaultKind(
            "sensor-missing", .chassis, "no sensor has a reading", origin: "IPMI 2.0 section 35.14, reading unavailable"
        ),
    ]
}
