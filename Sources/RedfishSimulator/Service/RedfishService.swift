// SPDX-License-Identifier: Apache-2.0
public import BMCModel

/// A Redfish service (DSP0266) without sockets: a request and the time in, a response out.
public struct RedfishService: Sendable {
    /// What differs from service to service of one profile.
    public struct Options: Sendable {
        public var user: String
        public var password: String
        /// More accounts than the administrator's.
        public var accounts: [(user: String, password: String, role: RedfishRole)]
        /// nil is what the profile does; else exactly these.
        public var behaviours: Set<RedfishBehaviour>?
        public var sessionLimit: Int
        public var sessionTimeout: Int
        /// How long a task takes.
        public var taskTime: Duration
        /// How long the job runs that the behaviour `job_running_busy` begins with.
        public var jobTime: Duration
        /// How long On is refused after off with the behaviour `on_after_off_conflict`.
        public var conflictTime: Duration
        /// How many requests are answered "not ready" with the behaviour `not_ready_retry`.
        public var notReadyCount: Int
        /// How long the BMC is away after its own reset.
        public var restartTime: Duration
        /// Seed of tokens.
        public var seed: UInt64
        /// Systems beside the machine's own, by their ids; they show what they are and take nothing.
        public var otherSystems: [String] = []

        public init(
            user: String = "admin", password: String = "secret",
            accounts: [(user: String, password: String, role: RedfishRole)] = [],
            behaviours: Set<RedfishBehaviour>? = nil, sessionLimit: Int = 32, sessionTimeout: Int = 1800,
            taskTime: Duration = .seconds(1), jobTime: Duration = .seconds(2), conflictTime: Duration = .seconds(1),
            notReadyCount: Int = 2, restartTime: Duration = .seconds(1), seed: UInt64 = 0
        ) {
            self.user = user
            self.password = password
            self.accounts = accounts
            self.behaviours = behaviours
            self.sessionLimit = sessionLimit
            self.sessionTimeout = sessionTimeout
            self.taskTime = taskTime
            self.jobTime = jobTime
            self.conflictTime = conflictTime
            self.notReadyCount = notReadyCount
            self.restartTime = restartTime
            self.seed = seed
        }
    }

    public let profile: RedfishProfile
    public let machine: FaultyChassis
    public let behaviours: Set<RedfishBehaviour>
    let options: Options
    let router: Router
    var faults: FaultInjector { machine.faults }

    var random: SeededRandom
    var accounts: [Account]
    var sessions: [Session] = []
    var sessionTimeout: Int
    var nextNumber = 1
    var counts = SessionCounts()
    var lockoutThreshold = 0
    var manager = ManagerState()
    var system = SystemState()
    var media: [MediaSlot]
    var tasks: [UpdateTask] = []
    var events = EventState()
    var etags = ETagState()
    var availability = Availability()
    /// Takes a certificate and its key in PEM for the connections to come; false when they are none.
    var installCertificate: (@Sendable (String) -> Bool)?

    /// - Parameter chassis: the machine; one that does not say what it is takes the profile's identity.
    public init(profile: RedfishProfile, chassis: FaultyChassis, options: Options = Options()) {
        self.profile = profile
        self.options = options
        machine = chassis
        behaviours = options.behaviours ?? profile.behaviours
        random = SeededRandom(seed: options.seed)
        sessionTimeout = options.sessionTimeout
        accounts = [Account(id: "1", user: options.user, password: options.password, role: .administrator)]
        for (index, account) in options.accounts.enumerated() {
            accounts.append(
                Account(id: "\(index + 2)", user: account.user, password: account.password, role: account.role))
        }
        media = Self.mediaSlots(profile, behaviours)
        system.bios = Dictionary(uniqueKeysWithValues: profile.bootAttributes.map { ($0.name, $0.value) })
        router = Router(Self.routes(profile, behaviours))
        let (plain, vendors) = (Identity(), profile.identity)
        chassis.chassis.withChassis { chassis, _ in
            guard chassis.identity.vendor == plain.vendor, chassis.identity.model == plain.model else { return }
            let own = chassis.identity
            chassis.identity = vendors
            if own.serial != plain.serial { (chassis.identity.serial, chassis.identity.uuid) = (own.serial, own.uuid) }
        }
        system.lastPower = chassis.chassis.snapshot.power
        system.lastRecord = chassis.chassis.snapshot.eventLog.lastNumber
    }

    func behaves(_ behaviour: RedfishBehaviour) -> Bool { behaviours.contains(behaviour) }

    /// A number that no other session, task or subscription of this service has had.
    mutating func takeNumber() -> Int {
        defer { nextNumber += 1 }
        return nextNumber
    }

    /// How often sessions came and went.
    struct SessionCounts: Sendable {
        var opened = 0
        /// Deleted by a client, and those of them that another session or HTTP basic deleted.
        var deleted = 0
        var deletedByOthers = 0
        /// Ended by their time limit.
        var expired = 0
        var peak = 0
        var failures = 0
    }

    /// All that the service answers to.
    private static func routes(_ profile: RedfishProfile, _ behaviours: Set<RedfishBehaviour>) -> [Route] {
        var routes = rootRoutes(profile, behaviours) + accountRoutes() + systemRoutes(profile, behaviours)
        routes += partRoutes(profile) + chassisRoutes(profile) + managerRoutes(profile)
        if !behaviours.contains(.basicOnly) { routes += sessionRoutes() }
        if profile.hasMedia { routes += mediaRoutes(profile, behaviours) }
        if profile.hasLogs { routes += logRoutes(profile) }
        if profile.hasUpdate { routes += updateRoutes(profile) }
        if profile.hasTasks { routes += taskRoutes(behaviours) }
        if profile.hasEvents { routes += eventRoutes() }
        if profile.hasBios { routes += biosRoutes(profile) }
        return routes + registryRoutes(profile)
    }
}
