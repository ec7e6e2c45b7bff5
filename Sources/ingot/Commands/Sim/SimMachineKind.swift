// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// What `ingot sim machine` runs.
enum SimMachineKind: String, ExpressibleByArgument, CaseIterable {
    /// A machine that boots over the network, behind a BMC that answers IPMI.
    case server
    /// The same behind Loongson's 2K BMC, whose reset a running machine does not live through.
    case loongsonLS2K = "loongson-ls2k"
    /// A board with PMON on a serial console, fed by an outlet.
    case loongsonPMON = "loongson-pmon"
}
