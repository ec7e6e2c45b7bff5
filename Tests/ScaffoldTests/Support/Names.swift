// SPDX-License-Identifier: Apache-2.0
import Host

/// The targets as the host names them; BMCModel has targets of its own, and Foundation has a `Host`.
typealias HostBootTarget = BootTarget
