//! `cargo xtask connector`: the WordPress plugin as a zip that WordPress installs.

use std::fs;
use std::path::{Path, PathBuf};

/// Where the plugin is.
const SOURCE: &str = "connector";
/// Where the zip is put.
const TARGET: &str = "target/cartwright-connector.zip";
/// Folder within the zip, which becomes the plugin's folder in WordPress.
const FOLDER: &str = "cartwright";
/// What is for work on the plugin only.
const LEFT_OUT: [&str; 3] = ["tests", "phpcs.xml", "phpunit.xml"];
/// 1980-01-01, the first day a zip knows: the same files give the same zip.
const DAY: u16 = 0x21;
/// Version of the zip format that stored files need.
const VERSION: u16 = 10;
/// Names are UTF-8.
const FLAGS: u16 = 0x800;

/// Writes the zip and tells where it is.
pub fn run() -> Result<bool, String> {
    let mut files = Vec::new();
    collect(Path::new(SOURCE), &mut files)?;
    files.sort();
    let mut entries = Vec::new();
    for file in &files {
        let name = file.strip_prefix(SOURCE).map_err(|fault| fault.to_string())?;
        let name: Vec<String> =
            name.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        entries.push((format!("{FOLDER}/{}", name.join("/")), read(file)?));
    }
    entries.push((format!("{FOLDER}/LICENSE"), read(Path::new("LICENSE"))?));
    same_version(&entries)?;
    fs::create_dir_all("target").map_err(|fault| format!("target: {fault}"))?;
    fs::write(TARGET, zip(&entries)?).map_err(|fault| format!("{TARGET}: {fault}"))?;
    say(&format!("{TARGET}: {} files", entries.len()));
    Ok(true)
}

#[expect(clippy::print_stdout, reason = "a tool of the command line")]
fn say(text: &str) {
    println!("{text}");
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    fs::read(file).map_err(|fault| format!("{}: {fault}", file.display()))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|fault| fault.to_string())?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if LEFT_OUT.contains(&name.as_str()) || name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// The plugin's header, its constant and its readme must name one version.
fn same_version(entries: &[(String, Vec<u8>)]) -> Result<(), String> {
    let text = |name: &str| {
        let wanted = format!("{FOLDER}/{name}");
        entries
            .iter()
            .find(|(known, _)| *known == wanted)
            .map(|(_, content)| String::from_utf8_lossy(content).into_owned())
            .ok_or_else(|| format!("{wanted} is missing"))
    };
    let after = |text: &str, mark: &str| {
        text.split_once(mark)
            .map(|(_, rest)| -> String {
                rest.trim_start().chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect()
            })
            .unwrap_or_default()
    };
    let plugin = text("cartwright.php")?;
    let header = after(&plugin, " * Version:");
    let constant = after(&plugin, "define('CARTWRIGHT_VERSION', '");
    let readme = after(&text("readme.txt")?, "Stable tag:");
    if header.is_empty() || header != constant || header != readme {
        return Err(format!("the plugin names three versions: {header:?}, {constant:?}, {readme:?}"));
    }
    Ok(())
}

/// A zip of stored files.
fn zip(entries: &[(String, Vec<u8>)]) -> Result<Vec<u8>, String> {
    let size = |length: usize| u32::try_from(length).map_err(|_| "the zip is too large".to_owned());
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for (name, content) in entries {
        let offset = size(archive.len())?;
        let mut common = Vec::new();
        for field in [VERSION, FLAGS, 0, 0, DAY] {
            common.extend(field.to_le_bytes());
        }
        common.extend(crc32(content).to_le_bytes());
        common.extend(size(content.len())?.to_le_bytes());
        common.extend(size(content.len())?.to_le_bytes());
        common.extend(u16::try_from(name.len()).map_err(|_| "a name is too long")?.to_le_bytes());
        common.extend(0_u16.to_le_bytes());
        archive.extend(b"PK\x03\x04");
        archive.extend(&common);
        archive.extend(name.as_bytes());
        archive.extend(content);
        directory.extend(b"PK\x01\x02");
        // Made on a Unix, so that the file's mode below is read.
        directory.extend((0x0300 | VERSION).to_le_bytes());
        directory.extend(&common);
        directory.extend([0_u8; 6]);
        directory.extend((0o100_644_u32 << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = size(archive.len())?;
    let count = u16::try_from(entries.len()).map_err(|_| "too many files")?;
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend(count.to_le_bytes());
    archive.extend(count.to_le_bytes());
    archive.extend(size(directory.len())?.to_le_bytes());
    archive.extend(start.to_le_bytes());
    archive.extend(0_u16.to_le_bytes());
    Ok(archive)
}

/// The checksum that zip uses (polynomial `EDB88320`, reflected).
fn crc32(bytes: &[u8]) -> u32 {
    let mut checksum = u32::MAX;
    for byte in bytes {
        checksum ^= u32::from(*byte);
        for _ in 0..8 {
            let carry = checksum & 1;
            checksum >>= 1;
            if carry == 1 {
                checksum ^= 0xEDB8_8320;
            }
        }
    }
    !checksum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_zips() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
