// SPDX-License-Identifier: Apache-2.0
import Foundation
import PluginAPI
import Testing

/// Ways of real services that were met in captures of them: where they put things, and what they leave out.
@Suite struct VendorWaysTests {
    /// `{"@odata.id": "/redfish/v1/PATH"}`
    private static func link(_ path: String) -> String { #"{"@odata.id":"/redfish/v1/\#(path)"}"# }

    private static func links(_ paths: [String]) -> String { "[" + paths.map(link).joined(separator: ",") + "]" }

    private static func collection(_ paths: [String]) -> String { #"{"Members":\#(links(paths))}"# }

    // MARK: Several systems

    /// A service with a machine and a board of accelerators; without `board` that one cannot be read.
    private static func twoSystems(board: String?) -> Machine {
        let path = "/redfish/v1/Systems/HGX_Baseboard_0"
        return Machine(resources: board.map { [path: $0] } ?? [:]) { _, request in
            request.title == "GET /redfish/v1/Systems"
                ? .json(collection(["Systems/1", "Systems/HGX_Baseboard_0"])) : nil
        }
    }

    @Test func aBoardOfAcceleratorsIsNoChoice() async throws {
        let service = try Self.twoSystems(board: #"{"Id":"HGX_Baseboard_0","PowerState":"On"}"#).start()
        defer { service.stop() }
        let device = try OpenDevice(service.address)
        #expect(await device.powerState().number == .off)
        #expect(await device.setPower(.doOn).status == INGOT_OK)
        // Named, the board is read, and what it cannot do is said.
        let board = try OpenDevice(service.address, ["system": "HGX_Baseboard_0"])
        #expect(await board.powerState().number == .on)
        #expect(await board.setBoot(.pxe).status == INGOT_E_UNSUPPORTED)
    }

    @Test func aSystemThatCannotBeReadIsNotPassedOver() async throws {
        let service = try Self.twoSystems(board: nil).start()
        defer { service.stop() }
        let outcome = try await OpenDevice(service.address).powerState()
        #expect(outcome.status == INGOT_E_INVALID)
        #expect(outcome.message.contains("HGX_Baseboard_0"))
    }

    // MARK: Sensors

    private static func chassis(_ id: String, systems: [String] = [], in holder: String? = nil) -> String {
        let containedBy = holder.map { #","ContainedBy":\#(link("Chassis/\($0)"))"# } ?? ""
        return #"""
            {"@odata.id":"/redfish/v1/Chassis/\#(id)","Id":"\#(id)","Sensors":\#(link("Chassis/\(id)/Sensors")),
             "Thermal":\#(link("Chassis/\(id)/Thermal")),
             "Links":{"ComputerSystems":\#(links(systems))\#(containedBy)}}
            """#
    }

    private static func sensor(_ name: String, _ more: String) -> String {
        #"{"@odata.id":"/redfish/v1/Sensors/\#(name)","Id":"\#(name)","Name":"\#(name)","Reading":20,\#(more)}"#
    }

    private static func names(_ outcome: OpenDevice.Outcome) -> [String] {
        outcome.json("sensor").map { "\($0["kind"] ?? "") \($0["name"] ?? "")" }
    }

    /// The system links to one module; a board and a shelf name the system, an enclosure in the shelf names none; what
    /// names another system, or nothing and is in nothing, is somebody else's.
    @Test func sensorsAreThoseOfEveryChassisOfTheSystem() async throws {
        var resources = [
            "1": Self.chassis("1", systems: ["Systems/1"]), "Board": Self.chassis("Board", systems: ["Systems/1/"]),
            "Shelf": Self.chassis("Shelf", systems: ["Systems/1"]), "Enclosure": Self.chassis("Enclosure", in: "Shelf"),
            "HGX": Self.chassis("HGX", systems: ["Systems/HGX"], in: "Shelf"), "Rack": Self.chassis("Rack"),
        ]
        for id in resources.keys {
            let reading = Self.sensor("of-\(id)", #""ReadingType":"Temperature""#)
            resources[id + "/Sensors"] = #"{"Members":[\#(reading)]}"#
        }
        resources = Dictionary(uniqueKeysWithValues: resources.map { ("/redfish/v1/Chassis/" + $0, $1) })
        resources["/redfish/v1/Chassis"] = Self.collection(
            ["Rack", "Board", "Enclosure", "HGX", "Shelf", "1"].map { "Chassis/\($0)" })
        let service = try Machine(resources: resources).start()
        defer { service.stop() }
        let outcome = try await OpenDevice(service.address).read(INGOT_SENSORS)
        #expect(outcome.status == INGOT_OK, "\(outcome.message)")
        let expected = ["1", "Board", "Shelf", "Enclosure"].map { "temperature of-\($0)" }
        #expect(Self.names(outcome) == expected)
    }

    /// An iLO lists four sensors that do not say what they measure, and the others in Thermal.
    @Test func kindsThatSensorsLackAreTakenFromThermal() async throws {
        let bare =
            Self.sensor("01-Inlet", #""PhysicalContext":"Intake""#) + ","
            + Self.sensor("Airflow", #""ReadingUnits":"x""#)
        let voltage = Self.sensor("P12V", #""ReadingType":"Voltage""#)
        let service = try Machine(resources: [
            "/redfish/v1/Chassis": Self.collection(["Chassis/1"]), "/redfish/v1/Chassis/1": Self.chassis("1"),
            "/redfish/v1/Chassis/1/Sensors": #"{"Members":[\#(bare),\#(voltage)]}"#,
            "/redfish/v1/Chassis/1/Thermal": #"""
            {"@odata.id":"/redfish/v1/Chassis/1/Thermal",
             "Temperatures":[{"Name":"01-Inlet","ReadingCelsius":24},{"Name":"02-CPU","ReadingCelsius":61},
                             {"Name":"03-Empty","ReadingCelsius":0,"Status":{"State":"Absent"}}],
             "Fans":[{"Name":"Fan 1","Reading":40,"ReadingUnits":"Percent"}]}
            """#,
        ]).start()
        defer { service.stop() }
        let outcome = try await OpenDevice(service.address).read(INGOT_SENSORS)
        #expect(
            Self.names(outcome) == [
                "other Airflow", "voltage P12V", "temperature 01-Inlet", "temperature 02-CPU", "fan Fan 1",
            ])
    }

    // MARK: Collections

    /// A service that passes over `$skip` gives the same page again, with the same link to the next one.
    @Test func aPageThatLeadsBackEndsTheCollection() async throws {
        let entry = #"{"@odata.id":"/redfish/v1/Systems/1/LogServices/SEL/Entries/1","Id":"1","Message":"Fan lost"}"#
        let base = "Systems/1/LogServices/SEL"
        let service = try Machine(resources: [
            "/redfish/v1/Systems/1/LogServices": Self.collection([base]),
            "/redfish/v1/\(base)":
                #"{"@odata.id":"/redfish/v1/\#(base)","Id":"SEL","Entries":\#(Self.link("\(base)/Entries"))}"#,
            "/redfish/v1/\(base)/Entries":
                #"{"Members":[\#(entry)],"Members@odata.nextLink":"/redfish/v1/\#(base)/Entries?$skip=1"}"#,
        ]).start()
        defer { service.stop() }
        let outcome = try await OpenDevice(service.address).read(INGOT_EVENTLOG)
        #expect(outcome.status == INGOT_OK, "\(outcome.message)")
        #expect(outcome.json("event").map { $0["message"] as? String } == ["Fan lost"])
    }
}
