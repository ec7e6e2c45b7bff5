// SPDX-License-Identifier: Apache-2.0
private import CLinux
internal import PluginWire
private import Synchronization

/// What a slot knows of single devices: whose fault a crash was, where they are, workers of their own.
extension PluginSlot {
    /// The slot for one device: this one, or one of its own when the plugin wants a worker for each.
    func slot(forDevice name: String) -> PluginSlot {
        let entry = entry
        guard entry.manifest.isolation == "device", device == nil else { return self }
        let child = PluginSlot(entry: entry, surroundings: surroundings, device: name)
        state.withLock { state in
            state.children.removeAll { $0.slot == nil }
            state.children.append(WeakSlot(slot: child))
        }
        return child
    }

    /// The slots of single devices that are still in use.
    var children: [PluginSlot] { state.withLock { $0.children.compactMap(\.slot) } }

    /// Makes sure that a device with these needs can be served. A worker cannot be given more than it was started with,
    /// so it may be replaced, after its calls.
    func admit(_ device: DeviceNeeds) {
        let retired = state.withLock { state -> WorkerLink? in
            state.needs.formUnion(device)
            switch state.condition {
            case .starting(let link), .serving(let link):
                guard let grant = link.grant, !grant.admits(device) else { return nil }
                state.leaving.append(link)
                state.condition = .idle
                return link
            default: return nil
            }
        }
        if let retired { drain(retired) }
    }

    // MARK: - Fault

    /// A device answered; of interest only while another one is under suspicion.
    func noteAnswer(_ device: String) {
        guard hasConvicts.load(ordering: .relaxed) else { return }
        state.withLock { $0.fences.answered(device) }
    }

    /// - Throws: `DriverError` while the device is fenced off.
    func checkFence(_ device: String) throws(DriverError) {
        guard hasConvicts.load(ordering: .relaxed) else { return }
        let now = clinux_monotonic_ns()
        guard let fence = state.withLock({ $0.fences.fence(device, at: now) }) else { return }
        throw DriverError(
            status: .internal,
            message: "\(device) is fenced off, so that other devices of plugin \(entry.manifest.id) can go on: "
                + fence.reason,
            retryable: true, retryAfter: .nanoseconds(Int64(clamping: fence.until - now)))
    }

    /// A call made alone killed a worker.
    /// - Returns: the error of that call.
    func convict(_ device: String, _ function: WireFunction, how: String, of story: String) -> DriverError {
        let what = "\(function.name) of \(device) kills the worker: \(how)"
        tellCulprit("\(what) (searched because \(story))", device, function)
        if let fence = suspect(device, what) { tellFence(device, fence) }
        return DriverError(status: .internal, message: "plugin \(entry.manifest.id): \(what)")
    }

    /// Counts a crash or hang against the device that it came from.
    func suspect(_ device: String, _ what: String) -> FenceTable.Fence? {
        guard !device.isEmpty else { return nil }
        hasConvicts.store(true, ordering: .relaxed)
        return state.withLock { Self.suspect(&$0, device, what) }
    }

    /// A fence explains the crashes that led to it: they do not count against the plugin any more.
    static func suspect(_ state: inout State, _ device: String, _ what: String) -> FenceTable.Fence? {
        guard !device.isEmpty else { return nil }
        let fence = state.fences.convict(device, of: what, at: clinux_monotonic_ns())
        if let fence { state.policy.forgive(fence.convictions) }
        return fence
    }

    func tellFence(_ device: String, _ fence: FenceTable.Fence) {
        let seconds = (fence.until - min(fence.until, clinux_monotonic_ns())) / 1_000_000_000
        let message =
            "plugin \(entry.manifest.id): \(device) is fenced off for \(seconds + 1) s, because \(fence.reason)"
        surroundings.tell(
            PluginEvent(kind: .fenced, plugin: entry.manifest.id, pid: nil, device: device, message: message))
    }

    func tellCulprit(_ what: String, _ device: String?, _ function: WireFunction?) {
        let id = entry.manifest.id
        surroundings.tell(
            PluginEvent(
                kind: .culprit, plugin: id, pid: nil, device: device, function: function?.name,
                message: "plugin \(id): \(what)"))
    }
}

/// A slot that somebody else owns.
struct WeakSlot: Sendable {
    private(set) weak var slot: PluginSlot?
}
