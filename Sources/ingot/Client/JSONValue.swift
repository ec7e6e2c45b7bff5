// SPDX-License-Identifier: Apache-2.0
import Control

/// The JSON of the command is Control's; Host has one of its own.
typealias JSONValue = Control.JSONValue
