// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

extension RedfishService {
    /// The answer as a service with faults gives it.
    mutating func faulty(_ response: HTTPResponse, _ exchange: Exchange, _ route: Route?) -> HTTPResponse {
        var response = response
        let isRead = exchange.request.method == "GET"
        let isResource = isRead && response.status == 200 && route?.represent != nil
        if isResource { spoil(&response, exchange) }
        if !isRead, exchange.request.method != "HEAD", (200..<300).contains(response.status) {
            if route?.isAction == true, exchange.path.hasSuffix("ComputerSystem.Reset"),
                faults.strikes("power-drop") != nil
            {
                response.ending = .reset
            } else if route?.postIsPublic != true, faults.strikes("reply-lost") != nil {
                response.ending = .reset
            }
        }
        return response
    }

    private mutating func spoil(_ response: inout HTTPResponse, _ exchange: Exchange) {
        if faults.present("missing-property") != nil, let body = try? JSON(parsing: response.body),
            body["PowerState"] != nil || body["Boot"] != nil, faults.strikes("missing-property") != nil
        {
            var bare = body
            bare["PowerState"] = nil
            bare["Boot"] = nil
            response.body = bare.bytes
        }
        if faults.strikes("link-cycle") != nil, var body = try? JSON(parsing: response.body), body["Members"] != nil {
            body["Members@odata.nextLink"] = .string(exchange.request.target)
            response.body = body.bytes
        }
        if let fault = faults.strikes("oversize") {
            let padding = String(repeating: "x", count: min(max(fault.whole("mib"), 0), 256) << 20)
            if var body = try? JSON(parsing: response.body) {
                body["Description"] = .string(padding)
                response.body = body.bytes
            }
        }
        if let fault = faults.strikes("deep-json") {
            let depth = min(max(fault.whole("depth"), 1), 1_000_000)
            response.body =
                Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
        }
        if faults.strikes("bad-json") != nil {
            response.body = Array("<html><body><h1>Internal error</h1></body></html>".utf8)
        }
    }
}
