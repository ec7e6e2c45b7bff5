// SPDX-License-Identifier: GPL-3.0-or-later

extension Command {
    /// The channel a request comes in on.
    static let thisChannel: UInt8 = 0x0e

    /// IPMI 2.0, sections 20.2 and 20.3.
    static func resetBMC(warm: Bool) -> Command {
        Command(
            name: warm ? "Warm Reset" : "Cold Reset", networkFunction: Network.application, number: warm ? 0x03 : 0x02)
    }

    /// Section 22.18.
    static func setSessionPrivilege(_ level: UInt8) -> Command {
        Command(
            name: "Set Session Privilege Level", networkFunction: Network.application, number: 0x3b, data: [level])
    }

    /// Section 22.13.
    static func getChannelAuthenticationCapabilities(privilege: UInt8) -> Command {
        Command(
            name: "Get Channel Authentication Capabilities", networkFunction: Network.application, number: 0x38,
            data: [0x80 | thisChannel, privilege])
    }

    /// Section 22.15: sixteen bytes of the list of suites each time.
    static func getChannelCipherSuites(index: UInt8) -> Command {
        Command(
            name: "Get Channel Cipher Suites", networkFunction: Network.application, number: 0x54,
            data: [thisChannel, 0x00, 0x80 | index & 0x3f])
    }

    /// Section 22.27.
    static func getUserAccess(_ user: UInt8) -> Command {
        Command(
            name: "Get User Access", networkFunction: Network.application, number: 0x44, data: [thisChannel, user])
    }

    /// Section 22.29.
    static func getUserName(_ user: UInt8) -> Command {
        Command(name: "Get User Name", networkFunction: Network.application, number: 0x46, data: [user])
    }

    /// Section 22.30, operation "test password", in the form of 20 bytes. Nothing is changed.
    static func testPassword(_ user: UInt8, _ password: String) -> Command {
        let text = Array(password.utf8.prefix(20))
        return Command(
            name: "Set User Password (test)", networkFunction: Network.application, number: 0x47,
            data: [0x80 | user & 0x3f, 0x03] + text + [UInt8](repeating: 0, count: 20 - text.count), isSensitive: true)
    }

    /// Section 24.2: which instances of SOL are active.
    static let getSOLActivationStatus = Command(
        name: "Get Payload Activation Status", networkFunction: Network.application, number: 0x4a, data: [0x01])

    /// Section 24.8.
    static let getChannelPayloadSupport = Command(
        name: "Get Channel Payload Support", networkFunction: Network.application, number: 0x4e, data: [thisChannel])

    /// Section 24.1: the first instance of SOL, encrypted and authenticated; serial alerts fail meanwhile.
    static let activateSOL = Command(
        name: "Activate Payload", networkFunction: Network.application, number: 0x48,
        data: [0x01, 0x01, 0xc0, 0, 0, 0])

    /// Section 24.5: who has the first instance of SOL.
    static let getSOLInstance = Command(
        name: "Get Payload Instance Info", networkFunction: Network.application, number: 0x4b, data: [0x01, 0x01])

    /// Section 24.3: ends the first instance of SOL, whoever has it.
    static let deactivateSOL = Command(
        name: "Deactivate Payload", networkFunction: Network.application, number: 0x49, data: [0x01, 0x01, 0, 0, 0, 0])

    /// Section 23.2.
    static func getLANParameter(_ parameter: UInt8, set: UInt8 = 0) -> Command {
        Command(
            name: "Get LAN Configuration Parameters \(parameter)", networkFunction: Network.transport, number: 0x02,
            data: [thisChannel, parameter, set, 0])
    }

    /// Section 26.3.
    static func getSOLParameter(_ parameter: UInt8) -> Command {
        Command(
            name: "Get SOL Configuration Parameters \(parameter)", networkFunction: Network.transport, number: 0x22,
            data: [thisChannel, parameter, 0, 0])
    }
}
