// SPDX-License-Identifier: Apache-2.0
import Control
import Host
import Hummingbird

/// `/v1/quirks`.
struct QuirkRoutes {
    let controller: Controller

    func add(to group: RouterGroup<APIContext>) {
        group.get("quirks") { _, _ in
            try APIJSON.response(controller.quirks.rows.map(QuirkRowView.init), status: .ok)
        }
    }
}

/// A quirk row as the API shows it.
struct QuirkRowView: Encodable {
    struct Match: Encodable {
        let vendor: [String]
        let model: [String]
        let firmware: String?
    }

    let id: String
    let driver: String
    let quirk: String
    let match: Match
    let apply: Bool
    let trial: Bool
    let excludes: [String]
    let summary: String
    let source: String
    let simulator: String
    let file: String
    let site: Bool

    init(_ row: QuirkRow) {
        id = row.id
        driver = row.driver
        quirk = row.quirk
        match = Match(
            vendor: row.vendor.map(\.description), model: row.model.map(\.description),
            firmware: row.firmware?.description)
        apply = row.apply
        trial = row.trial
        excludes = row.excludes
        summary = row.summary
        source = row.source
        simulator = row.simulator
        file = row.file
        site = row.isSiteRow
    }
}
