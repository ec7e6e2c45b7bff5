// SPDX-License-Identifier: Apache-2.0

extension RedfishService {
    static func certificateRoutes(_ profile: RedfishProfile) -> [Route] {
        let service = "\(root)/CertificateService"
        let path = "\(profile.managerPath)/NetworkProtocol/HTTPS/Certificates"
        let locations = "\(service)/CertificateLocations"
        let action = "\(service)/Actions/CertificateService.ReplaceCertificate"

        let all = Route(path) { service, _ in
            .collection(
                "Certificate", path, name: "Certificates",
                service.manager.serverCertificate == nil ? [] : ["\(path)/1"])
        }
        let one = Route("\(path)/{certificate}") { service, exchange in
            guard exchange["certificate"] == "1", let text = service.manager.serverCertificate else { return nil }
            return .resource(
                "Certificate", "\(path)/1", name: "HTTPS Certificate",
                ["CertificateString": .string(text), "CertificateType": "PEM", "KeyUsage": ["ServerAuthentication"]])
        }
        let root = Route(service) { _, _ in
            .resource(
                "CertificateService", service, name: "Certificate Service",
                [
                    "CertificateLocations": .link(locations),
                    "Actions": ["#CertificateService.ReplaceCertificate": ["target": .string(action)]],
                ])
        }
        let places = Route(locations) { service, _ in
            let own = service.manager.serverCertificate == nil ? [] : [JSON.link("\(path)/1")]
            return .resource(
                "CertificateLocations", locations, name: "Certificate Locations",
                ["Links": ["Certificates": .array(own), "Certificates@odata.count": .integer(Int64(own.count))]])
        }
        let replace = Route.action(service, "CertificateService.ReplaceCertificate", privilege: .configureManager) {
            service, exchange in
            let name = "CertificateService.ReplaceCertificate"
            let body = exchange.body ?? [:]
            for parameter in ["CertificateString", "CertificateType", "CertificateUri"] where body[parameter] == nil {
                return .error(400, Message(.actionParameterMissing, name, parameter))
            }
            guard let text = body["CertificateString"]?.text, let install = service.installCertificate, install(text)
            else { return .error(400, Message(.actionParameterFormat, "(PEM)", "CertificateString", name)) }
            service.manager.serverCertificate = text.components(endingWith: "-----END CERTIFICATE-----")
            return HTTPResponse(204)
        }
        return [root, places, replace, all, one]
    }
}

extension String {
    /// Up to and with the first of these; the whole when it is not there.
    fileprivate func components(endingWith end: String) -> String {
        var text = ""
        for line in split(separator: "\n", omittingEmptySubsequences: false) {
            text += line + "\n"
            if line.hasPrefix(end) { break }
        }
        return text
    }
}
