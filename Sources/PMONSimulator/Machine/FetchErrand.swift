// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOPosix
import PXE

/// Gets a file for the firmware: by TFTP over the network, or from what stands for the machine's disks.
struct FetchErrand: Sendable {
    /// The largest file taken, in octets.
    static let limit = 256 << 20

    let configuration: PMONMachine.Configuration

    func run(_ source: PMONFetch.Source) async -> Result<[UInt8], PMONFetchError> {
        switch source {
        case .tftp(let server, let name, let from): await load(name, server, from)
        case .disk(let path): await read(path)
        }
    }

    private func load(
        _ name: String, _ server: IPv4Address, _ from: IPv4Address
    ) async -> Result<[UInt8], PMONFetchError> {
        let size = configuration.tftpBlockSize
        let options = TFTPClientTransfer.Options(blockSize: size, wantsSize: size != nil, maximumBytes: Self.limit)
        do {
            return .success(
                try await TFTPClient.read(
                    name, from: server, port: configuration.tftpPort, local: from, options: options))
        } catch let error as TFTPClientError {
            return .failure(Self.problem(error))
        } catch {
            return .failure(.brokenOff)
        }
    }

    private static func problem(_ error: TFTPClientError) -> PMONFetchError {
        switch error {
        case .refused(let code, _):
            switch code {
            case 1: .notOpened("No such file or directory")
            case 2, 7: .notOpened("Permission denied")
            case 3: .notOpened("No space left on device")
            case 5: .notOpened("Invalid argument")
            case 6: .notOpened("File exists")
            default: .notOpened("Input/output error")
            }
        case .timedOut(blocks: 0): .notOpened("Connection timed out")
        case .system: .notOpened("Network is unreachable")
        case .timedOut, .protocolViolation, .tooLarge: .brokenOff
        }
    }

    private func read(_ path: String) async -> Result<[UInt8], PMONFetchError> {
        guard let file = configuration.disk[path] else { return .failure(.notOpened("No such file or directory")) }
        let data = try? await NIOThreadPool.singleton.runIfActive { FileManager.default.contents(atPath: file) }
        guard let data, data.count <= Self.limit else { return .failure(.notOpened("Input/output error")) }
        return .success(Array(data))
    }
}
