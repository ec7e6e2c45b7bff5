// SPDX-License-Identifier: Apache-2.0

/// What a TFTP server does with packets at its well-known port; transfers have ports of their own.
public struct TFTPServer: Sendable {
    /// What the shell has to do with a packet at the well-known port.
    public enum Decision: Sendable {
        /// Nothing, and say nothing.
        case silence
        /// Answer with one packet and report the event.
        case refuse(TFTPPacket, PXEEvent)
        /// Answer with one packet.
        case reply(TFTPPacket)
        /// Report the event and say nothing.
        case report(PXEEvent)
        /// Open a new port and run this transfer from there.
        case begin(TFTPServerTransfer, name: String)
    }

    /// The files that can be read, by name. There is no file system behind it.
    public let files: [String: [UInt8]]
    private let limits: TFTPServerTransfer.Limits
    private var malformed = EventThrottle()

    /// Makes a server of these files.
    public init(files: [String: [UInt8]], limits: TFTPServerTransfer.Limits = .init()) {
        self.files = files
        self.limits = limits
    }

    /// Takes a packet; `client` is the machine for which the sender's address is reserved.
    ///
    /// Strangers are not answered at all.
    public mutating func receive(
        _ bytes: [UInt8], from source: IPv4Address, client: EnrolledClient?, now: Timestamp
    ) -> Decision {
        guard let client, client.directive != .ignore else {
            guard malformed.admit(at: now) != nil else { return .silence }
            let kind = PXEEvent.Kind.tftpFailed(name: "", reason: "no machine that may boot has this address")
            return .report(PXEEvent(time: now, address: source, kind: kind))
        }
        func event(_ name: String, _ reason: String) -> PXEEvent {
            PXEEvent(time: now, mac: client.mac, address: source, kind: .tftpFailed(name: name, reason: reason))
        }
        let packet: TFTPPacket
        do throws(TFTPError) {
            packet = try TFTPPacket(parsing: bytes)
        } catch {
            guard malformed.admit(at: now) != nil else { return .silence }
            return .refuse(.error(.illegalOperation, error.description), event("", error.description))
        }
        switch packet {
        case .readRequest(let request):
            let name = Self.plainName(request.filename)
            guard let content = files[name] else {
                return .refuse(.error(.fileNotFound, "no such file"), event(name, "no such file"))
            }
            do throws(TFTPRefusal) {
                return .begin(try TFTPServerTransfer(request, content: content, limits: limits), name: name)
            } catch {
                return .refuse(.error(error.code, error.message), event(name, error.message))
            }
        case .writeRequest(let request):
            let refusal = TFTPPacket.error(.accessViolation, "writing is not allowed")
            return .refuse(refusal, event(request.filename, "writing is not allowed"))
        case .error:
            return .silence
        case .data, .acknowledge, .optionAcknowledge:
            return .reply(.error(.unknownTransfer, "unknown transfer ID"))
        }
    }

    /// The name without leading slashes or backslashes, which some firmware adds.
    static func plainName(_ name: String) -> String {
        String(name.drop { $0 == "/" || $0 == "\\" })
    }
}
