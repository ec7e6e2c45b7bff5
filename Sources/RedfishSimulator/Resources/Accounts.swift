// SPDX-License-Identifier: Apache-2.0

extension RedfishService {
    private static let service = "/redfish/v1/AccountService"
    private static let collection = "/redfish/v1/AccountService/Accounts"
    private static let accountLimit = 16

    static func accountRoutes() -> [Route] {
        var root = Route(service) { service, _ in
            .resource(
                "AccountService", Self.service, name: "Account Service",
                [
                    "ServiceEnabled": true, "Status": ["State": "Enabled", "Health": "OK"], "HTTPBasicAuth": "Enabled",
                    "MinPasswordLength": 6, "MaxPasswordLength": 64,
                    "AccountLockoutThreshold": .integer(Int64(service.lockoutThreshold)),
                    "Accounts": .link(Self.collection), "Roles": .link("\(Self.service)/Roles"),
                    "PrivilegeMap": .link("/redfish/v1/Registries/PrivilegeRegistry/Redfish_1.5.0_PrivilegeRegistry"),
                ])
        }
        root.privilege = .configureUsers
        root.change = ResourceChange([PropertyRule("AccountLockoutThreshold", .whole(0...255))]) { service, _, values in
            service.lockoutThreshold = Int(values["AccountLockoutThreshold"]?.whole ?? 0)
            return .done
        }

        var accounts = Route(collection) { service, _ in
            .collection(
                "ManagerAccount", Self.collection, name: "Accounts",
                service.accounts.map { "\(Self.collection)/\($0.id)" })
        }
        accounts.privilege = .configureUsers
        accounts.post = { service, exchange in service.addAccount(exchange) }

        var account = Route("\(collection)/{account}") { service, exchange in
            service.accounts.first { $0.id == exchange["account"] }.map { service.represent($0) }
        }
        // Everyone may change the own password; the rest is checked below.
        account.privilege = .configureSelf
        account.change = ResourceChange([
            PropertyRule("UserName", .text(limit: 32)), PropertyRule("Password", .text(limit: 64)),
            PropertyRule("RoleId", .choice(RedfishRole.allCases.map(\.rawValue))), PropertyRule("Enabled", .flag),
            PropertyRule("Locked", .flag), PropertyRule("PasswordChangeRequired", .flag),
        ]) { service, exchange, values in service.changeAccount(exchange, values) }
        account.delete = { service, exchange in
            guard exchange.principal?.has(.configureUsers) == true else {
                return .error(403, Message(.insufficientPrivilege))
            }
            guard let index = service.accounts.firstIndex(where: { $0.id == exchange["account"] }) else {
                return .notFound(exchange.path)
            }
            guard service.accounts[index].id != "1" else { return .error(400, Message(.resourceCannotBeDeleted)) }
            let id = service.accounts.remove(at: index).id
            service.sessions.removeAll { $0.accountID == id }
            return .success(.accountRemoved)
        }

        let roles = Route("\(service)/Roles") { _, _ in
            .collection(
                "Role", "\(Self.service)/Roles", name: "Roles",
                RedfishRole.allCases.map { "\(Self.service)/Roles/\($0.rawValue)" })
        }
        let role = Route("\(service)/Roles/{role}") { _, exchange in
            RedfishRole(rawValue: exchange["role"]).map { role in
                .resource(
                    "Role", "\(Self.service)/Roles/\(role.rawValue)", name: "Role",
                    [
                        "RoleId": .string(role.rawValue), "IsPredefined": true,
                        "AssignedPrivileges": .texts(role.privileges.map(\.rawValue)), "OemPrivileges": [],
                    ])
            }
        }
        return [root, accounts, account, roles, role]
    }

    private func represent(_ account: Account) -> JSON {
        .resource(
            "ManagerAccount", "\(Self.collection)/\(account.id)", name: "User Account",
            [
                "UserName": .string(account.user), "Password": .null, "RoleId": .string(account.role.rawValue),
                "Enabled": .bool(account.isEnabled), "Locked": .bool(account.isLocked),
                "PasswordChangeRequired": .bool(account.mustChangePassword), "AccountTypes": ["Redfish"],
                "Links": ["Role": .link("\(Self.service)/Roles/\(account.role.rawValue)")],
            ])
    }

    private func refusal(ofPassword password: String) -> Message? {
        (6...64).contains(password.utf8.count)
            ? nil : Message(.propertyFormat, "(hidden)", "Password", properties: ["#/Password"])
    }

    private mutating func addAccount(_ exchange: Exchange) -> HTTPResponse {
        let body = exchange.body ?? [:]
        for name in ["UserName", "Password", "RoleId"] where body[name]?.text == nil {
            return .error(400, Message(.propertyMissing, name, properties: ["#/\(name)"]))
        }
        let user = body["UserName"]?.text ?? ""
        let password = body["Password"]?.text ?? ""
        guard let role = RedfishRole(rawValue: body["RoleId"]?.text ?? "") else {
            return .error(400, Message(.propertyNotInList, body["RoleId"]?.text ?? "", "RoleId"))
        }
        guard !user.isEmpty, user.utf8.count <= 32 else {
            return .error(400, Message(.propertyFormat, user, "UserName"))
        }
        if let refusal = refusal(ofPassword: password) { return .error(400, refusal) }
        guard !accounts.contains(where: { $0.user == user }) else {
            return .error(400, Message(.resourceAlreadyExists, "ManagerAccount", "UserName", user))
        }
        guard accounts.count < Self.accountLimit else { return .error(400, Message(.createLimitReached)) }
        let id = (1...).lazy.map { "\($0)" }.first { id in !accounts.contains { $0.id == id } } ?? ""
        let account = Account(
            id: id, user: user, password: password, role: role, isEnabled: body["Enabled"]?.flag ?? true,
            mustChangePassword: body["PasswordChangeRequired"]?.flag ?? false)
        accounts.append(account)
        var response = show(represent(account), exchange, status: 201)
        response.set("Location", "\(Self.collection)/\(id)")
        return response
    }

    private mutating func changeAccount(_ exchange: Exchange, _ values: [String: JSON]) -> ResourceChange.Outcome {
        guard let index = accounts.firstIndex(where: { $0.id == exchange["account"] }) else {
            return .refused(.notFound(exchange.path))
        }
        let isOwn = exchange.principal?.accountID == accounts[index].id
        guard exchange.principal?.has(.configureUsers) == true || isOwn && Set(values.keys) == ["Password"] else {
            return .refused(.error(403, Message(.insufficientPrivilege)))
        }
        if let user = values["UserName"]?.text {
            guard !accounts.contains(where: { $0.user == user && $0.id != accounts[index].id }), !user.isEmpty else {
                return .refused(.error(400, Message(.resourceAlreadyExists, "ManagerAccount", "UserName", user)))
            }
            accounts[index].user = user
        }
        if let password = values["Password"]?.text {
            if let refusal = refusal(ofPassword: password) { return .refused(.error(400, refusal)) }
            accounts[index].password = password
            accounts[index].mustChangePassword = false
        }
        if let role = values["RoleId"]?.text.flatMap(RedfishRole.init(rawValue:)) { accounts[index].role = role }
        if let isEnabled = values["Enabled"]?.flag { accounts[index].isEnabled = isEnabled }
        if values["Locked"]?.flag == false {
            accounts[index].isLocked = false
            accounts[index].failures = 0
        }
        if let must = values["PasswordChangeRequired"]?.flag { accounts[index].mustChangePassword = must }
        return .done
    }
}
