// SPDX-License-Identifier: Apache-2.0
import PXE

/// `load`, `initrd` and `g`.
extension PMONFirmware {
    mutating func load(_ words: [String]) -> CommandEnd {
        var words = words[...]
        var isRaw = false
        while let word = words.first, word.hasPrefix("-"), word.count > 1 {
            words.removeFirst()
            let letters = word.dropFirst()
            guard letters.allSatisfy({ "sbeatifnvrwykoO".contains($0) }) else { return .failed }
            if letters.contains("r") { isRaw = true }
            // An offset or an address follows, in the same word or in the next.
            if let last = letters.last, "foO".contains(last), !words.isEmpty { words.removeFirst() }
        }
        guard let path = words.first else {
            print("boot what?\nload: not enough arguments!: No such file or directory\n")
            return .failed
        }
        guard !hangs(at: .load) else { return .elsewhere }
        return fetch(path, .load(path: path, isRaw: isRaw))
    }

    mutating func loadInitrd(_ words: [String]) -> CommandEnd {
        print("Loading initrd image \(words[0])")
        guard !hangs(at: .initrd) else { return .elsewhere }
        return fetch(words[0], .initrd(path: words[0]))
    }

    private mutating func fetch(_ path: String, _ wait: Wait) -> CommandEnd {
        let source: PMONFetch.Source
        if path.hasPrefix("tftp://") {
            let rest = path.dropFirst(7)
            let host = String(rest.prefix { $0 != "/" })
            let name = String(rest.dropFirst(host.count).drop { $0 == "/" })
            guard let server = IPv4Address(host.isEmpty ? environment["tftphost"] ?? "" : host) else {
                return refused(path, "Can't assign requested address")
            }
            guard let from = sourceAddress else {
                print("tftp: sendto: Network is unreachable\n")
                return refused(path, "Network is unreachable")
            }
            source = .tftp(server: server, name: name, from: from)
        } else if path.hasPrefix("/dev/") {
            source = .disk(path: path)
        } else {
            return refused(path, path.contains("://") ? "Protocol not supported" : "No such file or directory")
        }
        guard !settings.faults.findsNoFile else { return refused(path, "No such file or directory") }
        lastNumber &+= 1
        effects.append(.fetch(PMONFetch(number: lastNumber, source: source)))
        phase = .waiting(lastNumber, wait)
        return .elsewhere
    }

    private mutating func refused(_ path: String, _ reason: String) -> CommandEnd {
        print("\(path): \(reason)\n")
        return .failed
    }

    // MARK: What came

    mutating func fetched(_ number: Int, _ result: Result<[UInt8], PMONFetchError>, _ now: Duration) {
        guard case .waiting(number, let wait) = phase else { return }
        switch (wait, result) {
        case (.ping, _): return
        case (.load(let path, _), .failure(.notOpened(let reason))),
            (.initrd(let path), .failure(.notOpened(let reason))):
            print("\(path): \(reason)\n")
            finish(false, now)
        case (.load(let path, _), .failure(.brokenOff)):
            print("Loading file: \(path) \n\(path): boot failed\n")
            finish(false, now)
        case (.initrd, .failure(.brokenOff)):
            print("\n")
            finish(false, now)
        case (.load(let path, let isRaw), .success(let bytes)):
            finish(take(settings.faults.loadsWrongFile ? Array(bytes.reversed()) : bytes, path, isRaw: isRaw), now)
        case (.initrd, .success(let bytes)):
            print(" (bin)\n0x84000000/\(bytes.count) \n")
            initrd = bytes
            finish(true, now)
        }
    }

    /// Puts a program into memory; false when it is none.
    private mutating func take(_ bytes: [UInt8], _ path: String, isRaw: Bool) -> Bool {
        print("Loading file: \(path) ")
        guard !isRaw else {
            print("(bin)\n\nEntry address is \(Self.hexadecimal(0))\n")
            (kernel, entry) = (nil, 0)
            return true
        }
        do throws(MIPSKernel.Problem) {
            let program = try MIPSKernel(bytes)
            print("(elf)\n")
            let parts = program.segments.flatMap { segment in
                let start = "0x\(Self.hexadecimal(segment.address))/\(segment.size) "
                let zeros = "0x\(Self.hexadecimal(segment.address &+ segment.size))/\(segment.zeros)(z) "
                return segment.zeros > 0 ? [start, zeros] : [start]
            }
            print(parts.joined(separator: "\u{8} + ") + "\nEntry address is \(Self.hexadecimal(program.entry))\n")
            (kernel, entry) = (bytes, program.entry)
            return true
        } catch {
            switch error {
            case .format: print("\n\(path): invalid file format\n")
            case .cutShort: print("(elf)\nread failed (corrupt object file?)\n\(path): boot failed\n")
            }
            return false
        }
    }

    // MARK: Starting

    mutating func go(_ words: [String]) -> CommandEnd {
        var words = words[...]
        var start = entry
        while let word = words.first, word.hasPrefix("-"), word.count > 1 {
            words.removeFirst()
            if word == "--" { break }
            switch word {
            case "-s", "-t": break
            case "-b", "-e":
                guard let text = words.popFirst(), let address = Self.address(text) else { return .misused }
                if word == "-e" { start = address }
            default: return .misused
            }
        }
        guard !hangs(at: .start) else { return .elsewhere }
        guard let kernel, start & 0xFFFF_FFFF == entry & 0xFFFF_FFFF else {
            print("\nException Cause=TLB miss on load or ifetch, SR=0x24000002, PC=0x\(Self.hexadecimal(start))\n")
            return .failed
        }
        let launch = PMONLaunch(kernel: kernel, initrd: initrd, commandLine: words.joined(separator: " "))
        phase = .system
        phaseEnds = nil
        queue = []
        flushInput()
        effects.append(.start(launch))
        // The system has overwritten what the firmware kept in memory.
        (self.kernel, initrd) = (nil, nil)
        return .elsewhere
    }

    private static func address(_ text: String) -> UInt64? {
        UInt64(text.hasPrefix("0x") || text.hasPrefix("0X") ? String(text.dropFirst(2)) : text, radix: 16)
    }

    /// The low 32 bits, as the firmware shows addresses.
    private static func hexadecimal(_ address: UInt64) -> String {
        let digits = String(address & 0xFFFF_FFFF, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
