// SPDX-License-Identifier: Apache-2.0
import PluginKit
import Testing

@testable import DiskImage

@Suite struct RenderingTests {
    private func render(_ request: RequestBuilder) throws -> [String: String] {
        let files = try Rendering(RenderRequest(json: request.json)).files
        return Dictionary(uniqueKeysWithValues: files.map { ($0.key, $0.content) })
    }

    @Test func goldens() throws {
        let files = try render(RequestBuilder())
        #expect(files["boot/kernel"] == "agent:kernel")
        #expect(files["boot/initrd"] == "agent:initrd")
        #expect(
            files["boot/cmdline"]
                == "ingot.server=http://192.168.77.1:8080 ingot.token=0123456789abcdef console=ttyS0,115200n8")
        #expect(
            files["answer/plan"] == """
                plan=1
                image.size=4096
                image.sha256=\(String(repeating: "ab", count: 32))
                image.compression=zstd
                disk.serial=DISK-1
                disk.min_bytes=1000
                seed.files=user-data meta-data network-config

                """)
        #expect(
            files["answer/user-data"] == """
                #cloud-config
                "hostname": "node1"
                "fqdn": "node1.example.org"
                "manage_etc_hosts": true
                "ssh_authorized_keys":
                  - "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== admin@example.org"
                "phone_home":
                  "url": "http://192.168.77.1:8080/hello/abc"
                  "post":
                    - "instance_id"
                    - "hostname"
                  "tries": 20

                """)
        #expect(
            files["answer/meta-data"] == """
                "instance-id": "ingot-node1"
                "local-hostname": "node1.example.org"

                """)
        #expect(
            files["answer/network-config"] == """
                "version": 2
                "ethernets":
                  "ingot0":
                    "match":
                      "macaddress": "52:54:00:00:00:01"
                    "dhcp4": false
                    "addresses":
                      - "192.168.77.10/24"
                    "routes":
                      - "to": "0.0.0.0/0"
                        "via": "192.168.77.1"
                    "nameservers":
                      "addresses":
                        - "192.168.77.1"
                        - "2001:db8::53"

                """)
        #expect(files.count == 7)
    }

    @Test func theSameRequestGivesTheSameBytes() throws {
        #expect(try render(RequestBuilder()) == render(RequestBuilder()))
    }

    @Test func withoutNetworksCloudInitFindsItsOwnWay() throws {
        let files = try render(RequestBuilder().with("networks", []))
        #expect(files["answer/network-config"] == nil)
        #expect(files["answer/plan"]?.contains("seed.files=user-data meta-data\n") == true)
    }

    @Test func anInterfaceWithoutAnAddressUsesDHCP() throws {
        let files = try render(RequestBuilder().with("networks", [["mac": "52:54:00:00:00:01", "dns": [String]()]]))
        #expect(files["answer/network-config"]?.contains("\"dhcp4\": true") == true)
    }

    @Test(arguments: [
        ("hostname", "node 1"), ("hostname", "a\nb"), ("hostname", ""), ("hostname", "-a"), ("hostname", "a-"),
        ("hostname", "a..b"), ("hostname", "192.168.0.1"), ("hostname", "n\u{f6}de"), ("hostname", "a: b"),
        ("hostname", String(repeating: "a", count: 64)),
        ("server", "http://192.168.77.1"), ("server", "https://192.168.77.1:1"), ("server", "http://a b:1"),
        ("server", "http://192.168.77.1:8080/x"), ("server", "http://192.168.77.1:99999"),
        ("server", "http://192.168.77.1:80 init=/bin/sh"),
        ("token", "a b"), ("token", ""), ("token", "abcdefgh\n"), ("token", "abc;defgh"), ("token", "${net0/mac}"),
        ("console", "ttyS0 init=/bin/sh"), ("console", "ttyS0,115200,x,y"), ("console", ""), ("console", "tty\nS0"),
        ("disk.serial", "a\nimage.size=1"), ("disk.serial", ""), ("disk.serial", " a"), ("disk.serial", "\u{2028}"),
        ("disk.wwn", "0x1\r"), ("image.sha256", "ab"), ("image.compression", "xz"),
        ("machine.name", ""), ("machine.name", "a\u{0}b"), ("machine.mac", "52-54-00-00-00-01"),
        ("phone_home", "http://a b/"), ("phone_home", "ftp://a/"), ("phone_home", "http://a/\"x"),
        ("phone_home", "http://"), ("user_data", "hello"), ("user_data", ""), ("user_data", "\u{feff}#cloud-config\n"),
        ("user_data", "#cloud-config-archive\n- x"), ("user_data", "#!/bin/sh\n\u{0}"),
        ("ssh_keys.0", "ssh-ed25519 AAAA a\nssh-rsa BBBB"), ("ssh_keys.0", "ssh-ed25519"),
        ("ssh_keys.0", "command=\"x\" ssh-ed25519 AAAA"), ("ssh_keys.0", "ssh-ed25519 A*A"),
        ("ssh_keys.0", "ssh-ed25519 AAAA \u{2029}"), ("ssh_keys.0", "-----BEGIN OPENSSH PRIVATE KEY-----"),
        ("networks.0.mac", "52:54:00:00:00"), ("networks.0.mac", "ff:ff:ff:ff:ff:ff"),
        ("networks.0.mac", "00:00:00:00:00:00"), ("networks.0.mac", "52:54:00:00:00:0g"),
        ("networks.0.address", "192.168.77.10"), ("networks.0.address", "192.168.77.10/33"),
        ("networks.0.address", "192.168.77.10/+24"), ("networks.0.address", "192.168.77.0/24"),
        ("networks.0.address", "192.168.77.255/24"), ("networks.0.address", "127.0.0.1/8"),
        ("networks.0.address", "224.0.0.1/24"), ("networks.0.address", "192.168.077.10/24"),
        ("networks.0.address", "::1/64"), ("networks.0.address", "fe80::1%eth0/64"),
        ("networks.0.gateway", "192.168.78.1"), ("networks.0.gateway", "192.168.77.10"),
        ("networks.0.gateway", "2001:db8::1"), ("networks.0.gateway", "x"), ("networks.0.dns.0", "dns.example.org"),
    ])
    func aValueThatDoesNotFitIsRefusedByName(path: String, value: String) throws {
        let field = path.split(separator: ".").reduce(into: "") { name, part in
            name += Int(part) != nil ? "[\(part)]" : (name.isEmpty ? "" : ".") + part
        }
        do {
            _ = try render(RequestBuilder().with(path, value))
            Issue.record("\(path)=\(value) was taken")
        } catch let error as PluginError {
            #expect(error.status == .invalid)
            #expect(error.field == field)
            #expect(!error.message.contains("\n"))
        }
    }

    @Test func numbersAndPairsAreChecked() {
        func field(_ request: RequestBuilder) -> String? {
            do {
                _ = try render(request)
                return nil
            } catch { return (error as? PluginError)?.field }
        }
        #expect(field(RequestBuilder().with("image.size_bytes", 0)) == "image.size_bytes")
        #expect(field(RequestBuilder().with("image.size_bytes", -5)) == "image.size_bytes")
        #expect(field(RequestBuilder().with("disk.max_bytes", 10)) == "disk.max_bytes")
        let interface = ["mac": "52:54:00:00:00:01", "address": "192.168.77.10/24"]
        #expect(field(RequestBuilder().with("networks", [interface, interface])) == "networks[1].mac")
        let other = ["mac": "52:54:00:00:00:02", "address": "192.168.77.10/24"]
        #expect(field(RequestBuilder().with("networks", [interface, other])) == "networks[1].address")
        #expect(
            field(RequestBuilder().with("networks", [["mac": "52:54:00:00:00:01", "gateway": "10.0.0.1"]]))
                == "networks[0].gateway")
    }

    @Test(arguments: [
        ("2001:DB8:0::10/64", "2001:db8::10/64", "fe80::1"), ("2001:db8::10/64", "2001:db8::10/64", "2001:db8::1"),
        ("10.0.0.0/31", "10.0.0.0/31", "10.0.0.1"),
    ])
    func addressesAreKeptInCanonicalForm(address: String, canonical: String, gateway: String) throws {
        let request = RequestBuilder().with("networks.0.address", address).with("networks.0.gateway", gateway)
        let config = try #require(try render(request)["answer/network-config"])
        #expect(config.contains("- \"\(canonical)\""))
        #expect(config.contains("\"via\": \"\(gateway)\""))
        #expect(config.contains(canonical.contains(":") ? "\"to\": \"::/0\"" : "\"to\": \"0.0.0.0/0\""))
    }
}
