// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Testing

@testable import RedfishSimulator

/// Each behaviour makes something fail, or be done in vain, that works on the clean service, unless the client copes.
@Suite struct BehaviourTests {
    private static let once: JSON = ["BootSourceOverrideTarget": "Pxe", "BootSourceOverrideEnabled": "Once"]
    private static let all: JSON = [
        "BootSourceOverrideTarget": "Pxe", "BootSourceOverrideEnabled": "Once", "BootSourceOverrideMode": "UEFI",
    ]
    private static let identity = [HTTPField("Accept-Encoding", "identity")]
    private static let image: JSON = ["Image": "http://192.0.2.1/x.iso"]

    private static func ok(_ response: HTTPResponse) -> Bool { (200..<300).contains(response.status) }

    private static func tag(_ lab: inout ServiceLab, _ headers: [HTTPField] = []) -> [HTTPField] {
        [HTTPField("If-Match", lab.send("GET", lab.system, headers: headers).header("ETag") ?? "none")]
    }

    /// The first slot for a CD.
    private static func slot(_ lab: inout ServiceLab, types: Set<String> = ["CD"]) -> String? {
        lab.service.media.first { !types.isDisjoint(with: $0.types) }.map {
            "\(lab.service.profile.mediaPath)/\($0.id)"
        }
    }

    private static func insert(_ lab: inout ServiceLab, _ slot: String?, _ body: JSON) -> Bool {
        ok(lab.send("POST", "\(slot ?? "")/Actions/VirtualMedia.InsertMedia", body))
    }

    /// What a client does that does not know the behaviour; true when it got what it wanted.
    private func naive(_ behaviour: RedfishBehaviour, _ lab: inout ServiceLab) throws -> Bool {
        switch behaviour {
        case .connectionClose: return false  // Seen on the wire, in WireTests.
        case .acceptIdentity:
            let tag = Self.tag(&lab)
            return Self.ok(lab.patchBoot(Self.once, headers: tag))
        case .noAcceptIdentity: return Self.ok(lab.send("GET", lab.system, headers: Self.identity))
        case .etagRequired, .etagFresh: return Self.ok(lab.patchBoot(Self.once))
        case .etagStrongOnly, .etagNever:
            let tag = Self.tag(&lab)
            return Self.ok(lab.patchBoot(Self.once, headers: tag))
        case .etagNotOnActions:
            let tag = Self.tag(&lab)
            return Self.ok(
                lab.send("POST", "\(lab.system)/Actions/ComputerSystem.Reset", ["ResetType": "On"], headers: tag))
        case .bootViaSettings, .bootAllAlways: return Self.ok(lab.patchBoot(Self.once))
        case .notReadyRetry: return Self.ok(lab.send("GET", lab.system))
        case .jobRunningBusy: return Self.ok(lab.reset("On"))
        case .onAfterOffConflict:
            _ = lab.reset("On")
            lab.wait(.seconds(1))
            _ = lab.reset("ForceOff")
            lab.wait(.milliseconds(100))
            return Self.ok(lab.reset("On"))
        case .bootLockedInPOST:
            _ = lab.reset("On")
            lab.wait(.milliseconds(100))
            return Self.ok(lab.patchBoot(Self.once))
        case .ejectNeedsBody:
            let slot = Self.slot(&lab)
            _ = Self.insert(&lab, slot, Self.image)
            return Self.ok(lab.send("POST", "\(slot ?? "")/Actions/VirtualMedia.EjectMedia"))
        case .noBootMode: return Self.ok(lab.patchBoot(Self.all))
        case .bootEnabledAlways:
            #expect(Self.ok(lab.patchBoot(["BootSourceOverrideTarget": "Pxe"])), "it is acknowledged")
            return lab.chassis.bootOverride.target == .pxe
        case .bootModeResend:
            #expect(Self.ok(lab.patchBoot(Self.once)))
            return lab.boot()["BootSourceOverrideMode"]?.text == "UEFI"
        case .bootOnceOnly:
            return Self.ok(
                lab.patchBoot(["BootSourceOverrideTarget": "Pxe", "BootSourceOverrideEnabled": "Continuous"]))
        case .mediaUSBCD:
            let slot = Self.slot(&lab)
            return Self.insert(&lab, slot, Self.image)
        case .mediaImageOnly:
            let slot = Self.slot(&lab)
            return Self.insert(&lab, slot, ["Image": "http://192.0.2.1/x.iso", "Inserted": true])
        case .mediaByPatch, .mediaSkipInactionable:
            let slot = Self.slot(&lab)
            return Self.insert(&lab, slot, Self.image)
        case .taskMonitorSuffix:
            let started = lab.send("POST", "/redfish/v1/UpdateService/push", Self.image)
            lab.wait(.milliseconds(100))
            let seen = lab.send("GET", started.header("Location") ?? "")
            return ServiceLab.json(seen)["TaskState"] != nil
        case .basicOnly: return Self.ok(lab.send("POST", SessionTests.sessions, SessionTests.good))
        case .noSessionContext:
            return Self.ok(lab.send("POST", SessionTests.sessions, Self.markedLogin))
        case .resetValuesUnlisted:
            let action = lab.get(lab.system)["Actions"]?["#ComputerSystem.Reset"]
            return action?["ResetType@Redfish.AllowableValues"] != nil || action?["@Redfish.ActionInfo"] != nil
        }
    }

    private static let markedLogin: JSON = ["UserName": "admin", "Password": "secret", "Context": "mine"]

    /// What a client does that knows it.
    private func coping(_ behaviour: RedfishBehaviour, _ lab: inout ServiceLab) throws -> Bool {
        switch behaviour {
        case .connectionClose: return true
        case .acceptIdentity:
            let tag = Self.tag(&lab, Self.identity)
            return Self.ok(lab.patchBoot(Self.once, headers: tag))
        case .noAcceptIdentity: return Self.ok(lab.send("GET", lab.system))
        case .etagRequired, .etagFresh:
            let tag = Self.tag(&lab)
            return Self.ok(lab.patchBoot(Self.once, headers: tag))
        case .etagStrongOnly:
            let weak = Self.tag(&lab)[0].value
            return Self.ok(lab.patchBoot(Self.once, headers: [HTTPField("If-Match", String(weak.dropFirst(2)))]))
        case .etagNever: return Self.ok(lab.patchBoot(Self.once))
        case .etagNotOnActions: return Self.ok(lab.reset("On"))
        case .bootViaSettings:
            let object = lab.get(lab.system)["@Redfish.Settings"]?["SettingsObject"]?["@odata.id"]?.text
            return Self.ok(lab.send("PATCH", object ?? "", ["Boot": Self.once]))
                && lab.chassis.bootOverride.target == .pxe
        case .notReadyRetry:
            return (0..<3).map { _ in Self.ok(lab.send("GET", lab.system)) } == [false, false, true]
        case .jobRunningBusy:
            let refused = lab.reset("On")
            #expect(refused.status == 400 && ServiceLab.messages(refused) == ["RAC0679"])
            lab.wait(.seconds(3))
            return Self.ok(lab.reset("On"))
        case .onAfterOffConflict:
            _ = try naive(behaviour, &lab)
            lab.wait(.seconds(1))
            return Self.ok(lab.reset("On"))
        case .bootLockedInPOST:
            _ = try naive(behaviour, &lab)
            lab.wait(.seconds(1))
            return Self.ok(lab.patchBoot(Self.once))
        case .ejectNeedsBody:
            let slot = Self.slot(&lab)
            _ = Self.insert(&lab, slot, Self.image)
            return Self.ok(lab.send("POST", "\(slot ?? "")/Actions/VirtualMedia.EjectMedia", [:]))
        case .noBootMode: return Self.ok(lab.patchBoot(Self.once)) && lab.boot()["BootSourceOverrideMode"] == nil
        case .bootEnabledAlways: return Self.ok(lab.patchBoot(Self.once)) && lab.chassis.bootOverride.target == .pxe
        case .bootModeResend:
            return Self.ok(lab.patchBoot(Self.all)) && lab.boot()["BootSourceOverrideMode"]?.text == "UEFI"
        case .bootAllAlways: return Self.ok(lab.patchBoot(Self.all))
        case .bootOnceOnly:
            let values = lab.boot()["BootSourceOverrideEnabled@Redfish.AllowableValues"]
            return Self.ok(lab.patchBoot(Self.once)) && values == ["Disabled", "Once"]
        case .mediaUSBCD:
            let slot = Self.slot(&lab, types: ["CD", "UsbCd"])
            return Self.insert(&lab, slot, Self.image)
        case .mediaImageOnly:
            let slot = Self.slot(&lab)
            return Self.insert(&lab, slot, Self.image)
        case .mediaByPatch:
            let slot = Self.slot(&lab) ?? ""
            #expect(lab.get(slot)["Actions"] == nil)
            let set: JSON = ["Image": "http://192.0.2.1/x.iso", "Inserted": true]
            return Self.ok(lab.send("PATCH", slot, set)) && lab.get(slot)["Inserted"]?.flag == true
                && Self.ok(lab.send("PATCH", slot, ["Image": .null, "Inserted": false]))
                && lab.get(slot)["Inserted"]?.flag == false
        case .mediaSkipInactionable:
            let slots = lab.service.media.filter { $0.types.contains("CD") }
            let first = "\(lab.service.profile.mediaPath)/\(slots[0].id)"
            #expect(lab.send("POST", "\(first)/Actions/VirtualMedia.InsertMedia", Self.image).status == 405)
            return Self.insert(&lab, "\(lab.service.profile.mediaPath)/\(slots[1].id)", Self.image)
        case .taskMonitorSuffix:
            let started = lab.send("POST", "/redfish/v1/UpdateService/push", Self.image)
            let monitor = started.header("Location") ?? ""
            #expect(monitor.hasSuffix("/Monitor"))
            lab.wait(.milliseconds(700))
            #expect(ServiceLab.json(lab.send("GET", monitor))["Id"] != nil, "half a task")
            lab.wait(.seconds(1))
            return ServiceLab.json(lab.send("GET", monitor))["TaskState"]?.text == "Completed"
        case .basicOnly:
            #expect(lab.get("/redfish/v1/")["SessionService"] == nil)
            return Self.ok(lab.send("GET", lab.system))
        case .noSessionContext:
            let refused = lab.send("POST", SessionTests.sessions, Self.markedLogin)
            #expect(refused.status == 400 && ServiceLab.messages(refused) == ["PropertyUnknown"])
            return Self.ok(lab.send("POST", SessionTests.sessions, SessionTests.good))
        case .resetValuesUnlisted:
            return try ["On", "ForceOff", "ForceRestart"].allSatisfy { type in
                var lab = try ServiceLab(behaviours: [behaviour], power: type == "On" ? .off : .on)
                return Self.ok(lab.reset(type))
            }
        }
    }

    @Test(arguments: RedfishBehaviour.allCases)
    func theOperationFailsUnlessTheClientCopes(_ behaviour: RedfishBehaviour) throws {
        var lab = try ServiceLab(behaviours: [behaviour])
        #expect(try !naive(behaviour, &lab), "a naive client should fail")
        lab = try ServiceLab(behaviours: [behaviour])
        #expect(try coping(behaviour, &lab), "a client that copes should get through")
        // What makes it fail is the behaviour: on the clean service the naive client gets through.
        guard ![.connectionClose].contains(behaviour) else { return }
        lab = try ServiceLab(behaviours: [])
        #expect(try naive(behaviour, &lab), "the clean service takes it")
    }

    /// The last resort of the list of quirks: everything there is in it has a behaviour of its name.
    @Test func theNamesAreThoseOfTheQuirks() {
        let names = [
            "connection_close", "accept_identity", "no_accept_identity", "etag_required", "etag_fresh",
            "etag_strong_only", "etag_never", "etag_not_on_actions", "boot_via_settings", "not_ready_retry",
            "job_running_busy", "on_after_off_conflict", "boot_locked_in_post", "eject_needs_body", "no_boot_mode",
            "boot_enabled_always", "boot_mode_resend", "boot_all_always", "boot_once_only", "media_usb_cd",
            "media_image_only", "media_by_patch", "media_skip_inactionable", "task_monitor_suffix", "basic_only",
            "no_session_context", "reset_values_unlisted",
        ]
        #expect(RedfishBehaviour.allCases.map(\.rawValue) == names)
    }
}
