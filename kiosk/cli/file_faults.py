"""What is wrong with a file that cannot be read, in one line for the person at the command line."""

from __future__ import annotations

from kiosk.services.files.table_reader import FileFault, UnreadableFile


def file_line(error: UnreadableFile, what: str) -> str:
    """The line.

    Args:
        error: as it was raised.
        what: the kind of file that was wanted, such as 名冊.
    """
    place = f"（第 {'、'.join(map(str, error.lines))} 行）" if error.lines else ""
    entry = f"{error.entry}：" if error.entry else ""
    return entry + _LINES[error.fault].format(what=what) + place


_LINES = {
    FileFault.MISSING: "找不到檔案，請檢查檔名與資料夾。",
    FileFault.NOT_A_FILE: "這不是檔案，請指定一個 .csv、.xlsx 或 .ods 檔。",
    FileFault.FORBIDDEN: "檔案無法讀取，請檢查權限。",
    FileFault.TOO_LARGE: "檔案超過 50 MB，不是{what}；請只留需要的欄位後另存。",
    FileFault.TOO_MANY_ROWS: "檔案的列數超過試算表的上限，不是{what}。",
    FileFault.KIND: "只接受 .csv、.xlsx、.ods，請用試算表軟體另存。",
    FileFault.OLD_OR_LOCKED: "這是舊格式 .xls 或有密碼的試算表，請另存為沒有密碼的 .xlsx。",
    FileFault.MISNAMED: "副檔名是 CSV，內容卻是試算表；請把副檔名改成 .xlsx 或 .ods。",
    FileFault.UNSAFE_ARCHIVE: "試算表解開後異常地大，拒絕開啟；請把{what}的內容複製到新的檔案，或另存為 CSV。",
    FileFault.UNREADABLE: "試算表已損壞或不是試算表，請用試算表軟體開啟後重新另存。",
    FileFault.ENCODING: "文字不是 UTF-8 也不是 Big5（或有造字），請用試算表軟體另存為「CSV UTF-8」或 .xlsx。",
    FileFault.NUL: "檔案裡有 NUL 字元，不是 CSV 文字檔；請重新另存。",
    FileFault.QUOTES: "引號沒有成對，或一格超過 131,072 字；請改正後再試。",
    FileFault.LONG_FIELD: "一格或一行太長，不是{what}的內容；請改正後再試。",
    FileFault.EMPTY: "檔案是空的（試算表只讀第一張工作表）。",
    FileFault.NOT_A_ZIP: "這不是 OneRoster 的 .zip 檔，或已損壞、有密碼；請重新匯出或下載。",
    FileFault.NO_MANIFEST: "壓縮檔裡沒有 manifest.csv，不是 OneRoster；CSV 檔要直接放在壓縮檔裡，不要包在資料夾。",
    FileFault.TWICE: "壓縮檔裡有兩個同名的檔案，不知道該讀哪一個；請重新匯出。",
}
