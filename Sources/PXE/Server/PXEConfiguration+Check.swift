// SPDX-License-Identifier: Apache-2.0
internal import CLinux
import Glibc

extension PXEConfiguration {
    /// The address that TFTP and HTTP are bound to, and DHCP when there is no interface.
    var localAddress: IPv4Address { bindAddress ?? serverAddress }

    /// Finds values that cannot work together before anything is opened.
    func check() throws(PXEStartError) {
        guard subnet.containsHost(serverAddress) else {
            throw .configuration(
                field: "deployment.address", reason: "\(serverAddress) is not a host of the subnet \(subnet)")
        }
        if let router, !subnet.containsHost(router) {
            throw .configuration(field: "deployment.router", reason: "\(router) is not a host of the subnet \(subnet)")
        }
        guard domainNameServers.count <= 8 else {
            throw .configuration(field: "deployment.dns", reason: "\(domainNameServers.count) given, at most 8")
        }
        guard leaseSeconds >= 60 else {
            throw .configuration(field: "deployment.lease_seconds", reason: "\(leaseSeconds) s is less than 60 s")
        }
        for (name, port) in [("DHCP", dhcpPort), ("TFTP", tftpPort), ("HTTP", httpPort)]
        where !(0...65535).contains(port) {
            throw .configuration(field: "deployment.\(name.lowercased())_port", reason: "\(port) is not in 0...65535")
        }
        for name in files.keys.sorted() where !Self.isFileName(name) {
            throw .configuration(
                field: "deployment.files", reason: "'\(name)' is not 1 to 128 letters, digits, '.', '_' and '-'")
        }
        for (family, name) in bootFiles.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where files[name] == nil {
            throw .configuration(
                field: "deployment.boot_files.\(family.rawValue)", reason: "deployment.files has no '\(name)'")
        }
        if let interface, clinux_interface_index(interface) == 0 {
            throw .interfaceMissing(interface, available: Self.interfaces())
        }
    }

    /// Reads the boot programs into memory.
    func loadPrograms() throws(PXEStartError) -> [String: BootFile] {
        var programs: [String: BootFile] = [:]
        for name in BootProgram.names {
            let path = "\(bootProgramDirectory)/\(name)"
            programs[name] = BootFile(bytes: try Self.read(path, maximum: 16 << 20))
        }
        for (name, path) in files { programs[name] = BootFile(bytes: try Self.read(path, maximum: 256 << 20)) }
        return programs
    }

    /// Names stand in URLs and TFTP requests as they are, and there are no folders.
    private static func isFileName(_ name: String) -> Bool {
        (1...128).contains(name.utf8.count) && !name.hasPrefix(".") && !BootProgram.names.contains(name)
            && name.utf8.allSatisfy { BootTable.isWord($0) || $0 == UInt8(ascii: ".") }
    }

    private static func read(_ path: String, maximum: Int) throws(PXEStartError) -> [UInt8] {
        guard let file = fopen(path, "re") else {
            throw .bootProgram(path: path, reason: String(cString: strerror(errno)))
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&part, 1, part.count, file)
            bytes += part.prefix(count)
            guard bytes.count <= maximum else {
                throw .bootProgram(path: path, reason: "larger than \(maximum) octets")
            }
            guard count > 0 else { break }
        }
        guard ferror(file) == 0 else { throw .bootProgram(path: path, reason: String(cString: strerror(errno))) }
        guard !bytes.isEmpty else { throw .bootProgram(path: path, reason: "empty") }
        return bytes
    }

    private static func interfaces() -> [String] {
        guard let list = if_nameindex() else { return [] }
        defer { if_freenameindex(list) }
        var names: [String] = []
        var entry = list
        while let name = entry.pointee.if_name {
            names.append(String(cString: name))
            entry += 1
        }
        return names
    }
}
