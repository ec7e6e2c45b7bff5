#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes the driver templates of SDK/templates into Swift, one file a language: embed-templates.sh [DIRECTORY]
# ScaffoldTests fails when what is committed differs from the templates; run this after changing one.
set -eu
cd "$(dirname "$0")/.."
target=${1:-Sources/Scaffold/Generated}
mkdir -p "$target"
for language in $(ls SDK/templates); do
    {
        echo "// SPDX-License-Identifier: Apache-2.0"
        echo "// swift-format-ignore-file"
        echo "// Made by Tools/embed-templates.sh from SDK/templates/$language. Change it there."
        echo
        echo "extension TemplateFile {"
        echo "    static let $language: [TemplateFile] = ["
        (cd "SDK/templates/$language" && find . -type f ! -path './build/*' ! -path './target/*' ! -path './.build/*' |
            sed 's|^\./||' | LC_ALL=C sort) | while read -r path; do
            echo "        TemplateFile(path: \"$path\", text: ####\"\"\""
            # Indented, so that no line of a template is taken for one of this file.
            sed 's/^\(.\)/            \1/' "SDK/templates/$language/$path"
            echo
            echo "            \"\"\"####),"
        done
        echo "    ]"
        echo "}"
    } >"$target/TemplateFile+$language.swift.new"
    mv -f "$target/TemplateFile+$language.swift.new" "$target/TemplateFile+$language.swift"
done
