// SPDX-License-Identifier: Apache-2.0
public import PluginAPI

/// One call from the host: its deadline, its cancellation and the ways to answer.
///
/// It is lent for the duration of one function and cannot be copied, so that it cannot be kept. All of it may be used
/// from any thread of the plugin until the function returns.
public struct Call: ~Copyable {
    let raw: UnsafePointer<ingot_call>

    /// Wraps the host's call object, which must stay valid as long as this value.
    public init(_ raw: UnsafePointer<ingot_call>) {
        self.raw = raw
    }

    /// The same for every retry of one intent; empty when the host gave none.
    public var operationID: String {
        guard let text = function(\.operation_id) else { return "" }
        return String(cString: text)
    }

    /// A member of the call object, or nil when the host's structure is too short for it or has none.
    func function<Member>(_ member: KeyPath<ingot_call, Member?>) -> Member? {
        present(raw, size: raw.pointee.struct_size, member)
    }
}

/// Reads an optional member of a structure that may be an older, shorter one than this code was built with.
func present<Structure, Member>(
    _ structure: UnsafePointer<Structure>, size: UInt32, _ member: KeyPath<Structure, Member?>
) -> Member? {
    guard let offset = MemoryLayout<Structure>.offset(of: member),
        offset + MemoryLayout<Member?>.size <= Int(size)
    else { return nil }
    return UnsafeRawPointer(structure).load(fromByteOffset: offset, as: Member?.self)
}
