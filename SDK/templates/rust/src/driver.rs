// SPDX-License-Identifier: 0BSD
//! Power and boot device of one machine.

use crate::call::{Call, Failure};
use crate::line::Session;
use crate::{ffi, json};

const ACTIONS: [(i32, &str); 6] = [
    (ffi::DO_ON, "on"),
    (ffi::DO_OFF, "off"),
    (ffi::DO_SOFT_OFF, "soft-off"),
    (ffi::DO_CYCLE, "cycle"),
    (ffi::DO_RESET, "reset"),
    (ffi::DO_NMI, "nmi"),
];
const TARGETS: [(i32, &str); 7] = [
    (ffi::BOOT_NONE, "none"),
    (ffi::BOOT_PXE, "pxe"),
    (ffi::BOOT_DISK, "disk"),
    (ffi::BOOT_CD, "cd"),
    (ffi::BOOT_SETUP, "setup"),
    (ffi::BOOT_HTTP, "http"),
    (ffi::BOOT_USB, "usb"),
];

fn nonsense() -> Failure {
    Failure::new(ffi::PROTOCOL, "the BMC answered what the line protocol does not know")
}

fn unsupported(what: &str) -> Failure {
    Failure::new(ffi::UNSUPPORTED, what)
}

pub struct Device {
    session: Session,
}

impl Device {
    /// The host has checked the configuration against the schema; the password is not in it but behind `call.secret`.
    pub fn open(call: &Call, configuration: &str) -> Result<Device, Failure> {
        let host = json::text(configuration, "host").ok_or_else(|| Failure::field("$.host", "host is missing"))?;
        let user = json::text(configuration, "username")
            .filter(|user| {
                !user.is_empty() && user.len() <= 64 && user.bytes().all(|byte| (0x21..=0x7E).contains(&byte))
            })
            .ok_or_else(|| Failure::field("$.username", "username is missing, too long, or has spaces"))?;
        let port = json::integer(configuration, "port")
            .and_then(|port| u16::try_from(port).ok())
            .ok_or_else(|| Failure::field("$.port", "port is missing or out of range"))?;
        let mut device = Device { session: Session { host, port, user, stream: None } };
        device.power(call)?; // signs in
        Ok(device)
    }

    /// What this machine can do, and how we know; the host reads it as docs/driver-json.md of Ingot says.
    pub fn probe(&mut self, call: &Call) -> Result<(), Failure> {
        let identity = self.session.ask(call, "identity", false)?;
        let features = self.session.ask(call, "features", false)?;
        let is: Vec<&str> = identity.split('\t').collect();
        let can: Vec<&str> = features.split('\t').collect();
        if is.len() != 4 || can.len() != 4 {
            return Err(nonsense());
        }
        let evidence = json::quoted(&features);
        let persistent = if can[2].contains("persistent") { "yes" } else { "no" };
        let capabilities = format!(
            r#"{{"identity":{{"vendor":{},"model":{},"serial":{},"firmware":{}}},
            "power":{{"answer":"yes","evidence":{evidence},"actions":{}}},
            "boot":{{"answer":"yes","evidence":{evidence},"targets":{},"modes":{},"persistent":"{persistent}"}}}}"#,
            json::quoted(is[0]),
            json::quoted(is[1]),
            json::quoted(is[2]),
            json::quoted(is[3]),
            json::words(can[0]),
            json::words(can[1]),
            json::words(can[3]),
        );
        call.emit("capabilities", &capabilities)
    }

    pub fn power(&mut self, call: &Call) -> Result<i32, Failure> {
        match self.session.ask(call, "power?", false)?.as_str() {
            "on" => Ok(ffi::POWER_ON),
            "off" => Ok(ffi::POWER_OFF),
            "turning-on" | "turning-off" => Ok(ffi::POWER_CHANGING),
            _ => Err(nonsense()),
        }
    }

    pub fn set_power(&mut self, call: &Call, action: i32) -> Result<(), Failure> {
        let known =
            ACTIONS.iter().find(|known| known.0 == action).ok_or_else(|| unsupported("no such power action"))?;
        self.session.ask(call, &format!("power {}", known.1), true).map(|_| ())
    }

    pub fn boot(&mut self, call: &Call) -> Result<(i32, u32), Failure> {
        let answer = self.session.ask(call, "boot?", false)?;
        let words: Vec<&str> = answer.split(' ').collect();
        if words.len() != 3 {
            return Err(nonsense());
        }
        let target = TARGETS.iter().find(|known| known.1 == words[0]).ok_or_else(nonsense)?.0;
        let duration = if words[1] == "persistent" { ffi::BOOT_PERSISTENT } else { 0 };
        Ok(match words[2] {
            "uefi" => (target, duration | ffi::BOOT_UEFI),
            "legacy" => (target, duration | ffi::BOOT_LEGACY),
            _ => (target, duration),
        })
    }

    pub fn set_boot(&mut self, call: &Call, target: i32, flags: u32) -> Result<(), Failure> {
        let known = TARGETS.iter().find(|known| known.0 == target).ok_or_else(|| unsupported("no such boot target"))?;
        let mode = match flags & !ffi::BOOT_PERSISTENT {
            0 => "any",
            ffi::BOOT_UEFI => "uefi",
            ffi::BOOT_LEGACY => "legacy",
            _ => return Err(unsupported("no such boot flag")),
        };
        let duration = if flags & ffi::BOOT_PERSISTENT != 0 { "persistent" } else { "once" };
        self.session.ask(call, &format!("boot set {} {} {}", known.1, duration, mode), true).map(|_| ())
    }
}
