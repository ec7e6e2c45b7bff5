// SPDX-License-Identifier: Apache-2.0
internal import Control

/// The JSON of this room is Control's; Host has one of its own.
typealias JSONValue = Control.JSONValue
