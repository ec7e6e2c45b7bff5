// SPDX-License-Identifier: Apache-2.0

/// A user as the BMC keeps it.
struct UserAccount: Equatable {
    /// Without padding.
    var name: [UInt8] = []
    /// At most 20 bytes; zeros at the end do not count.
    var password: [UInt8] = []
    var isEnabled = false
    var limit: Privilege?
    var isMessagingEnabled = false
    var isLinkEnabled = false
    var isCallbackOnly = false
    /// Bit n: standard payload n.
    var payloads: UInt8 = 0x02
}
