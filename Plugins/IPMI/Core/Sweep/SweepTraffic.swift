// SPDX-License-Identifier: GPL-3.0-or-later
import CIPMIDatagrams
import Glibc

/// The packets of one sweep through one socket, in and out in batches.
final class SweepTraffic {
    let socket: SweepSocket
    /// No packet of a session is longer; what is, is cut and then no packet of one.
    private static let slot = 1_536
    private static let most = Int(IPMI_DATAGRAMS_MOST)
    /// So many packets go out at once, so that BMCs work while more are made.
    private static let batch = 32
    private var arrived = [UInt8](repeating: 0, count: slot * most)
    private var arrivals = [ipmi_datagram](repeating: ipmi_datagram(), count: most)
    private var leaving: [UInt8] = []
    private var departures: [ipmi_datagram] = []

    init(_ socket: SweepSocket) { self.socket = socket }

    /// Puts a packet into the next batch.
    func send(_ packet: [UInt8], to address: [UInt8]) {
        var datagram = ipmi_datagram()
        datagram.offset = UInt32(truncatingIfNeeded: leaving.count)
        datagram.count = UInt32(truncatingIfNeeded: packet.count)
        datagram.address_length = UInt32(truncatingIfNeeded: min(address.count, 28))
        withUnsafeMutableBytes(of: &datagram.address) { $0.copyBytes(from: address.prefix($0.count)) }
        departures.append(datagram)
        leaving += packet
        if departures.count >= Self.batch { flush() }
    }

    /// Sends the batch. What the kernel has no room for is sent again by its link's timer.
    func flush() {
        var first = 0
        var hasFailed = false
        while first < departures.count {
            let sent = departures.withUnsafeBufferPointer { all in
                ipmi_datagrams_send(
                    socket.descriptor, leaving, all.baseAddress.map { $0 + first }, UInt32(all.count - first))
            }
            if sent == -EAGAIN || sent == -ENOBUFS { break }
            // A failure may be that of an earlier packet to another host, which is in the queue of errors too.
            if sent > 0 { first += Int(sent) } else if hasFailed { first += 1 }
            hasFailed = sent <= 0 && !hasFailed
        }
        departures.removeAll(keepingCapacity: true)
        leaving.removeAll(keepingCapacity: true)
    }

    /// Hands over what came in, packets and refusals; false when that was all there is now.
    func receive(_ body: (SweepSocket.Arrival) -> Void) -> Bool {
        let count = Int(
            ipmi_datagrams_receive(
                socket.descriptor, &arrived, UInt32(Self.slot), &arrivals, UInt32(Self.most)))
        guard count > 0 else {
            guard count != -EINTR else { return true }
            while let refusal = socket.refusal() { body(refusal) }
            return false
        }
        for arrival in arrivals.prefix(count) {
            let begin = Int(arrival.offset)
            body(
                .packet(
                    Array(arrived[begin..<begin + Int(arrival.count)]),
                    from: withUnsafeBytes(of: arrival.address) { Array($0.prefix(Int(arrival.address_length))) }))
        }
        return count == Self.most
    }
}
