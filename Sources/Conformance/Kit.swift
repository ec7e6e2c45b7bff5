// SPDX-License-Identifier: Apache-2.0

/// What the kit says about itself in certificates.
public enum Kit {
    public static let version = "1.0.0"
    /// SHA-256 of the header `ingot.h` that drivers are checked against.
    public static let headerDigest = "35770590c8f651370fbb46ed748e7beb557d350ac0827bef298e59c7fdb123c2"
}
