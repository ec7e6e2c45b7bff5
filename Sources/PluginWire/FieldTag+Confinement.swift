// SPDX-License-Identifier: Apache-2.0

/// What a worker is told to keep to in HELLO, and what it answers.
extension FieldTag {
    /// Limit of private memory in MiB, 4 bytes. A HELLO without it asks for no confinement at all.
    public static let memory = FieldTag(rawValue: 80)
    /// What the plugin connects to, such as `udp/623`; once each.
    public static let network = FieldTag(rawValue: 81)
    /// A file or directory that the plugin may also write; once each.
    public static let file = FieldTag(rawValue: 82)
    /// A directory that the plugin may read beside the usual ones; once each.
    public static let readable = FieldTag(rawValue: 83)
    /// What is in force, in words; once each.
    public static let confined = FieldTag(rawValue: 84)
    /// What could not be put in force, and why; once each.
    public static let unconfined = FieldTag(rawValue: 85)
}
