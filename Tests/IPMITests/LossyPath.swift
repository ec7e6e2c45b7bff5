// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Glibc
import Synchronization

/// A UDP path between one driver and one BMC that can lose what the BMC says, and counts what it was sent.
final class LossyPath: Sendable {
    /// Whether an answer of the BMC is lost; asked for each.
    typealias Loss = @Sendable ([UInt8]) -> Bool

    private let front: TestSocket
    private let back: TestSocket
    private let losesAnswer: Loss
    private let done = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)
    private let lost = Atomic<Int>(0)

    var port: UInt16 { front.port }
    var lostAnswers: Int { lost.load(ordering: .sequentiallyConsistent) }

    init(to bmc: SimulatedBMC, losing loss: @escaping Loss) throws {
        guard let front = TestSocket("127.0.0.1", 0), let back = TestSocket(connectedTo: bmc.address, bmc.port) else {
            throw SimulatedBMC.Failure(reason: "no sockets")
        }
        self.front = front
        self.back = back
        losesAnswer = loss
        Thread.detachNewThread { self.run() }
    }

    func stop() {
        done.store(true, ordering: .sequentiallyConsistent)
        ended.wait()
        front.close()
        back.close()
    }

    private func run() {
        var client = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        while !done.load(ordering: .sequentiallyConsistent) {
            var polled = [front, back].map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            poll(&polled, 2, 20)
            var buffer = [UInt8](repeating: 0, count: 2048)
            if polled[0].revents != 0 {
                let count = withUnsafeMutableBytes(of: &client) { bytes in
                    let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
                    return recvfrom(front.descriptor, &buffer, buffer.count, 0, address, &length)
                }
                if count > 0 { back.send(Array(buffer.prefix(count))) }
            }
            if polled[1].revents != 0, let answer = back.receive(milliseconds: 0) {
                if losesAnswer(answer) {
                    lost.add(1, ordering: .sequentiallyConsistent)
                    continue
                }
                withUnsafeBytes(of: &client) { bytes in
                    let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
                    sendto(front.descriptor, answer, answer.count, 0, address, length)
                }
            }
        }
        ended.signal()
    }
}
