// SPDX-License-Identifier: Apache-2.0

/// The configuration files of one ipmi_sim process.
enum IPMISimFiles {
    /// `lan.conf`: the LAN interface, users and the chassis program.
    static func lan(name: String, host: String, port: Int, user: String, password: String, chassis: String) -> String {
        """
        name "\(name)"
        set_working_mc 0x20
          startlan 1
            addr \(host) \(port)
            priv_limit admin
            allowed_auths_callback none md2 md5 straight
            allowed_auths_user none md2 md5 straight
            allowed_auths_operator none md2 md5 straight
            allowed_auths_admin none md2 md5 straight
            guid a123456789abcdefa123456789abcdef
          endlan
          chassis_control "\(chassis)"
          user 1 true "" "" user 10 none md2 md5 straight
          user 2 true "\(user)" "\(password)" admin 10 none md2 md5 straight

        """
    }

    /// The emulator's command file: one management controller with an event log and a FRU inventory.
    static func emulator(fru: String) -> String {
        """
        mc_setbmc 0x20
        mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr
        sel_enable 0x20 1000 0x0a
        mc_add_fru_data 0x20 0 256 file 0 "\(fru)"
        mc_enable 0x20

        """
    }
}
