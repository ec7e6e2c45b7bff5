// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Testing

@testable import RedfishSimulator

@Suite struct SessionTests {
    static let sessions = "/redfish/v1/SessionService/Sessions"
    static let good: JSON = ["UserName": "admin", "Password": "secret"]

    @Test func aSessionIsOpenedUsedAndDeleted() throws {
        var lab = try ServiceLab()
        lab.login = nil
        #expect(lab.send("GET", "/redfish/v1/Systems").status == 401)
        let opened = lab.send("POST", Self.sessions, Self.good)
        #expect(opened.status == 201)
        let location = try #require(opened.header("Location"))
        lab.token = opened.header("X-Auth-Token")
        #expect(lab.token?.count == 32)
        #expect(lab.send("GET", "/redfish/v1/Systems").status == 200)
        #expect(lab.get(location)["UserName"]?.text == "admin")
        #expect(lab.send("DELETE", location).status == 204)
        #expect(lab.send("GET", "/redfish/v1/Systems").status == 401)
    }

    @Test func aWrongPasswordIsRefusedWithoutSayingWhy() throws {
        var lab = try ServiceLab()
        lab.login = nil
        for body: JSON in [["UserName": "admin", "Password": "wrong"], ["UserName": "nobody", "Password": "secret"]] {
            let response = lab.send("POST", Self.sessions, body)
            #expect(response.status == 401)
            #expect(ServiceLab.messages(response) == ["ResourceAtUriUnauthorized"])
            #expect(!String(decoding: response.body, as: UTF8.self).contains("secret"))
        }
        #expect(lab.send("POST", Self.sessions, ["UserName": "admin"]).status == 400)
        #expect(lab.service.counts.failures == 2)
        lab.login = ("admin", "wrong")
        let basic = lab.send("GET", "/redfish/v1/Systems")
        #expect(basic.status == 401)
        #expect(basic.header("WWW-Authenticate") == "Basic realm=\"Redfish\"")
    }

    @Test func anIdleSessionEndsAndAUsedOneStays() throws {
        var lab = try ServiceLab()
        let opened = lab.send("POST", Self.sessions, Self.good)
        lab.token = opened.header("X-Auth-Token")
        lab.wait(.seconds(1700))
        #expect(lab.send("GET", "/redfish/v1/Systems").status == 200)
        lab.wait(.seconds(1700))
        #expect(lab.send("GET", "/redfish/v1/Systems").status == 200)
        lab.wait(.seconds(1801))
        #expect(lab.send("GET", "/redfish/v1/Systems").status == 401)
    }

    @Test func sessionsAreLimited() throws {
        var lab = try ServiceLab(options: .init(sessionLimit: 3))
        for _ in 0..<3 { #expect(lab.send("POST", Self.sessions, Self.good).status == 201) }
        let refused = lab.send("POST", Self.sessions, Self.good)
        #expect(refused.status == 503)
        #expect(ServiceLab.messages(refused) == ["SessionLimitExceeded"])
        #expect(lab.service.counts.peak == 3)
    }

    @Test func rolesAllowWhatTheyAllow() throws {
        var lab = try ServiceLab(
            options: .init(accounts: [
                ("oper", "secret1", .operator), ("reader", "secret2", .readOnly),
            ]))
        let manager = lab.service.profile.managerPath
        lab.login = ("reader", "secret2")
        #expect(lab.send("GET", lab.system).status == 200)
        #expect(lab.reset("On").status == 403)
        #expect(lab.chassis.power == .off)
        lab.login = ("oper", "secret1")
        #expect(lab.reset("On").status == 204)
        let refused = lab.send("POST", "\(manager)/Actions/Manager.Reset", ["ResetType": "ForceRestart"])
        #expect(refused.status == 403)
        #expect(ServiceLab.messages(refused) == ["InsufficientPrivilege"])
        #expect(lab.send("POST", "/redfish/v1/AccountService/Accounts", [:]).status == 403)
        // One's own password may be changed, and nothing else of one's own account.
        let own = "/redfish/v1/AccountService/Accounts/2"
        #expect(lab.send("PATCH", own, ["RoleId": "Administrator"]).status == 403)
        #expect(lab.send("PATCH", own, ["Password": "secret11"]).status == 200)
        #expect(lab.send("GET", lab.system).status == 401)
        lab.login = ("oper", "secret11")
        #expect(lab.send("GET", lab.system).status == 200)
        #expect(lab.send("PATCH", "/redfish/v1/AccountService/Accounts/3", ["Password": "secret22"]).status == 403)
    }

    @Test func accountsComeAndGo() throws {
        var lab = try ServiceLab()
        let accounts = "/redfish/v1/AccountService/Accounts"
        let made = lab.send(
            "POST", accounts, ["UserName": "new", "Password": "secret1", "RoleId": "Operator"])
        #expect(made.status == 201)
        let location = try #require(made.header("Location"))
        let again = lab.send(
            "POST", accounts, ["UserName": "new", "Password": "secret1", "RoleId": "Operator"])
        #expect(ServiceLab.messages(again) == ["ResourceAlreadyExists"])
        lab.login = ("new", "secret1")
        #expect(lab.send("GET", lab.system).status == 200)
        lab.login = ("admin", "secret")
        #expect(lab.send("PATCH", location, ["PasswordChangeRequired": true]).status == 200)
        lab.login = ("new", "secret1")
        let first = lab.send("GET", lab.system)
        #expect(first.status == 403)
        #expect(ServiceLab.messages(first) == ["PasswordChangeRequired"])
        #expect(lab.send("PATCH", location, ["Password": "secret2"]).status == 200)
        lab.login = ("new", "secret2")
        #expect(lab.send("GET", lab.system).status == 200)
        lab.login = ("admin", "secret")
        #expect(lab.send("DELETE", location).status == 200)
        #expect(lab.send("DELETE", "\(accounts)/1").status == 400)
        lab.login = ("new", "secret2")
        #expect(lab.send("GET", lab.system).status == 401)
    }
}
