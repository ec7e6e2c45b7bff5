// SPDX-License-Identifier: Apache-2.0

extension OutletModel {
    /// Every model there is.
    public static let all: [OutletModel] = [
        // PowerNet-MIB, rPDUOutletControlTable and rPDUOutletStatusTable.
        OutletModel(
            "apc-rpdu", "APC Switched Rack PDU, simulated", identity: "1.3.6.1.4.1.318.1.3.4.5",
            columns: [
                Column(
                    object: SNMPObject("1.3.6.1.4.1.318.1.1.12.3.3.1.1.4"), orders: [1: .on, 2: .off, 3: .reboot],
                    others: [4, 5, 6, 7])
            ],
            state: "1.3.6.1.4.1.318.1.1.12.3.5.1.1.4", States(on: 1, off: 2)),
        // PowerNet-MIB, rPDU2OutletSwitchedControlTable and rPDU2OutletSwitchedStatusTable.
        OutletModel(
            "apc-rpdu2", "APC Rack PDU 2G, simulated", identity: "1.3.6.1.4.1.318.1.3.4.6",
            columns: [
                Column(
                    object: SNMPObject("1.3.6.1.4.1.318.1.1.26.9.2.4.1.5"), orders: [1: .on, 2: .off, 3: .reboot],
                    others: [4, 5, 6, 7])
            ],
            state: "1.3.6.1.4.1.318.1.1.26.9.2.3.1.5", States(on: 2, off: 1)),
        // PowerNet-MIB, sPDUOutletCtl: one column for orders and state.
        OutletModel(
            "apc-masterswitch", "APC MasterSwitch, simulated", identity: "1.3.6.1.4.1.318.1.3.4.1",
            columns: [
                Column(
                    object: SNMPObject("1.3.6.1.4.1.318.1.1.4.4.2.1.3"), orders: [1: .on, 2: .off, 3: .reboot],
                    others: [4, 5, 6, 7])
            ],
            state: "1.3.6.1.4.1.318.1.1.4.4.2.1.3", States(on: 1, off: 2)),
        // CPS-MIB, ePDUOutletControlTable and ePDUOutletStatusTable.
        OutletModel(
            "cyberpower", "CyberPower ePDU, simulated", identity: "1.3.6.1.4.1.3808.1.1.3",
            columns: [
                Column(
                    object: SNMPObject("1.3.6.1.4.1.3808.1.1.3.3.3.1.1.4"), orders: [1: .on, 2: .off, 3: .reboot],
                    others: [4, 5, 6, 7])
            ],
            state: "1.3.6.1.4.1.3808.1.1.3.3.5.1.1.4", States(on: 1, off: 2)),
        // PDU2-MIB, outletSwitchControlTable: switchingOperation and outletSwitchingState.
        OutletModel(
            "raritan-pdu2", "Raritan PX3, simulated", identity: "1.3.6.1.4.1.13742.6",
            columns: [
                Column(
                    object: SNMPObject("1.3.6.1.4.1.13742.6.4.1.2.1.2"), orders: [1: .on, 0: .off, 2: .reboot],
                    reads: -1)
            ],
            state: "1.3.6.1.4.1.13742.6.4.1.2.1.3", States(on: 7, off: 8), prefix: [1]),
        // Sentry3-MIB, outletTable: outletStatus has wait states, outletControlAction reads none(0).
        OutletModel(
            "servertech-sentry3", "Sentry Switched CDU, simulated", identity: "1.3.6.1.4.1.1718.3",
            columns: [
                Column(
                    object: SNMPObject("1.3.6.1.4.1.1718.3.2.3.1.11"), orders: [1: .on, 2: .off, 3: .reboot],
                    others: [0], reads: 0)
            ],
            state: "1.3.6.1.4.1.1718.3.2.3.1.5", States(on: 1, off: 0, turningOn: 3, turningOff: 2),
            prefix: [1, 1]),
        // Sentry4-MIB, st4OutletControlTable and st4OutletMonitorTable; the action reads none(0).
        OutletModel(
            "servertech-sentry4", "Sentry Switched PDU, simulated", identity: "1.3.6.1.4.1.1718.4",
            columns: [
                Column(
                    object: SNMPObject("1.3.6.1.4.1.1718.4.1.8.5.1.2"), orders: [1: .on, 2: .off, 3: .reboot],
                    others: [0, 4, 5, 6], reads: 0)
            ],
            state: "1.3.6.1.4.1.1718.4.1.8.3.1.1", States(on: 1, off: 2), prefix: [1, 1]),
        // EATON-EPDU-MIB, outletControlTable: a column for each order takes a delay in seconds, -1 reads for none.
        OutletModel(
            "eaton-epdu", "Eaton ePDU G3, simulated", identity: "1.3.6.1.4.1.534.6.6.7",
            columns: [
                Column(
                    object: SNMPObject("1.3.6.1.4.1.534.6.6.7.6.6.1.3"), orders: [0: .off], others: [-1], reads: -1),
                Column(object: SNMPObject("1.3.6.1.4.1.534.6.6.7.6.6.1.4"), orders: [0: .on], others: [-1], reads: -1),
                Column(
                    object: SNMPObject("1.3.6.1.4.1.534.6.6.7.6.6.1.5"), orders: [0: .reboot], others: [-1],
                    reads: -1),
            ],
            state: "1.3.6.1.4.1.534.6.6.7.6.6.1.2", States(on: 1, off: 0, turningOn: 3, turningOff: 2), prefix: [0]),
    ]
}
