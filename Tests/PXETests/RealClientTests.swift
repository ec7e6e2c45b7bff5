// SPDX-License-Identifier: Apache-2.0
import Foundation
import PXE
import Testing

/// DHCP clients that Ingot did not write, on a real interface.
@Suite(.serialized, .enabled(if: NetworkLab.isPossible, "needs root and ip(8)"))
struct RealClientTests {
    /// Without `-B` the reply is unicast to an address that answers no ARP yet, with it a broadcast.
    @Test(
        .enabled(if: Command.exists("busybox") && Command.exists("tcpdump"), "needs busybox and tcpdump"),
        arguments: [false, true])
    func udhcpcGetsItsAddress(broadcast: Bool) async throws {
        try await NetworkLab.run(.namespace, .local) { lab in
            let output = lab.folder.path + "/bound"
            let script = try lab.script("udhcpc", "#!/bin/sh\n[ \"$1\" = bound ] && env > \(output)\nexit 0\n")
            // -c 2: the offer and the acknowledgement as they arrive.
            async let capture = lab.inside(["tcpdump", "-i", "eth0", "-e", "-n", "-c", "2", "udp src port 67"])
            try await Self.captureRuns(lab)
            let flags = broadcast ? ["-B"] : []
            let result = try await lab.inside(
                ["busybox", "udhcpc", "-i", "eth0", "-f", "-n", "-q", "-t", "5", "-T", "1", "-s", script] + flags)
            #expect(result.status == 0, "\(result.error)")
            let bound = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
            #expect(bound.contains("ip=\(lab.clientAddress)"))
            #expect(bound.contains("subnet=255.255.255.0") && bound.contains("router=\(lab.serverAddress)"))
            #expect(bound.contains("lease=600") && bound.contains("hostname=node-1"))
            #expect(bound.contains("serverid=\(lab.serverAddress)"))
            let frames = try await capture.text.split(separator: "\n")
            #expect(frames.count == 2)
            let target = broadcast ? "> ff:ff:ff:ff:ff:ff" : "> \(Fixture.mac)"
            #expect(frames.allSatisfy { $0.contains(target) }, "\(frames)")
            #expect(await lab.store.saved.map(\.address) == [lab.clientAddress])
        }
    }

    @Test(.enabled(if: Command.exists("busybox"), "needs busybox"))
    func udhcpcOfAStrangerGetsNothing() async throws {
        try await NetworkLab.run(.namespace, .local) { lab in
            lab.table.remove(Fixture.mac)
            let result = try await lab.inside([
                "busybox", "udhcpc", "-i", "eth0", "-f", "-n", "-q", "-t", "2", "-T", "1", "-s", "/bin/true",
            ])
            #expect(result.status != 0)
            try await lab.log.wait(for: "stranger") { $0.mac == Fixture.mac && $0.kind == .dhcpUnknown(count: 1) }
            #expect(lab.replies(.offer).isEmpty)
        }
    }

    /// First run: DISCOVER and REQUEST. Second run, with the lease file: INIT-REBOOT. Then RELEASE.
    @Test(
        .enabled(
            if: Command.exists("dhclient") && Command.exists("busybox"),
            "needs dhclient (package isc-dhcp-client) and busybox"))
    func dhclientBindsRebootsAndReleases() async throws {
        try await NetworkLab.run(.namespace, .local) { lab in
            let script = try lab.script(
                "dhclient-script",
                """
                #!/bin/sh
                case "$reason" in
                BOUND|REBOOT|RENEW) ip address replace "$new_ip_address/24" dev "$interface" ;;
                esac
                exit 0
                """)
            let files = ["-lf", lab.folder.path + "/leases", "-pf", lab.folder.path + "/pid", "-sf", script]
            // A copy: AppArmor's profile of the installed one forbids files of our own.
            let client = lab.folder.path + "/dhclient"
            _ = try await lab.inside([
                "sh", "-c", "cp \"$(command -v dhclient || echo /sbin/dhclient)\" \"$0\"", client,
            ])
            let common = [client, "-4", "-v"] + files
            let first = try await lab.inside(common + ["-1", "eth0"])
            #expect(first.error.contains("DHCPACK of \(lab.clientAddress) from \(lab.serverAddress)"), "\(first.error)")
            #expect(lab.replies(.offer).count == 1 && lab.replies(.acknowledge).count == 1)
            let ping = try await lab.inside(["busybox", "ping", "-c", "1", lab.serverAddress.description])
            #expect(ping.status == 0, "\(ping.text)")

            try await Self.stop(lab)
            let second = try await lab.inside(common + ["-1", "eth0"])
            #expect(second.error.contains("DHCPACK of \(lab.clientAddress)"), "\(second.error)")
            #expect(lab.replies(.offer).count == 1 && lab.replies(.acknowledge).count == 2)

            let release = try await lab.inside(common + ["-r", "eth0"])
            #expect(release.error.contains("DHCPRELEASE"), "\(release.error)")
            try await lab.log.wait(for: "release") { $0.kind == .dhcpReleased }
            let lease = try #require(await lab.store.saved.last)
            #expect(lease.expires <= .now())
        }
    }

    /// RENEWING: udhcpc asks again by unicast when it gets SIGUSR1.
    @Test(.enabled(if: Command.exists("busybox"), "needs busybox"))
    func udhcpcRenewsByUnicast() async throws {
        try await NetworkLab.run(.namespace, .local) { lab in
            let path = lab.folder.path + "/log"
            let script = try lab.script(
                "udhcpc",
                """
                #!/bin/sh
                [ "$1" = bound ] && ip address replace "$ip/24" dev "$interface"
                echo "$1" >> \(path)
                """)
            let namespace = try #require(lab.namespace)
            let pid = try Command.spawn(
                ["ip", "netns", "exec", namespace, "busybox", "udhcpc", "-i", "eth0", "-f", "-s", script])
            defer { Command.stop(pid) }
            func log() -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
            try await Self.poll("bound") { log().contains("bound") }
            kill(pid, SIGUSR1)
            try await Self.poll("renew") { log().contains("renew") }
            #expect(lab.replies(.offer).count == 1 && lab.replies(.acknowledge).count == 2)
        }
    }

    static func poll(_ what: String, seconds: Int = 15, _ isDone: () -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(seconds)
        while !isDone() {
            try #require(ContinuousClock.now < end, "\(what) did not happen")
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// tcpdump has its socket when /proc/net/packet of the namespace lists one.
    private static func captureRuns(_ lab: NetworkLab) async throws {
        let end = ContinuousClock.now + .seconds(10)
        while try await lab.inside(["cat", "/proc/net/packet"]).text.split(separator: "\n").count < 2 {
            try #require(ContinuousClock.now < end, "tcpdump did not start")
        }
    }

    /// Ends dhclient without a release, as a power cut would.
    private static func stop(_ lab: NetworkLab) async throws {
        let text = try String(contentsOfFile: lab.folder.path + "/pid", encoding: .utf8)
        let pid = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        kill(pid, SIGKILL)
        try await poll("end of dhclient") { kill(pid, 0) != 0 }
    }
}
