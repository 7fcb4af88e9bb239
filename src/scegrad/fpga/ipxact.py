"""IP-XACT of a platform's top module: bus interfaces, address spaces, registers, ports, files.

It follows IEEE 1685-2009 with the bus definitions of Vivado, whose IP catalogue takes that edition.
It was not run in Vivado here.
"""

from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from scegrad.fpga.describe import fields_of, registers_of
from scegrad.platforms import Platform
from scegrad.registers import ADDRESS_BITS, VERSION, Access, Register
from scegrad.rtl.ports import INTERRUPT, Bus, Port, buses
from scegrad.rtl.preamble import SINGLE, parameters

SPIRIT = "http://www.spiritconsortium.org/XMLSchema/SPIRIT/1685-2009"
"""The name space of this edition."""

_ACCESS = {
    Access.RO: "read-only",
    Access.RW: "read-write",
    Access.WO: "write-only",
    Access.RW1C: "read-write",
}


def component(platform: Platform) -> str:
    """The component's XML, with its elements in the order of the schema."""
    register_namespace("spirit", SPIRIT)
    found = buses(platform)
    root = Element(_tag("component"))
    _texts(root, vendor="scegrad", library="scegrad", name=platform.top_name, version=VERSION)
    _bus_interfaces(_add(root, "busInterfaces"), platform, found)
    spaces = _add(root, "addressSpaces")
    for bus in found:
        if bus.manager:
            _address_space(_add(spaces, "addressSpace"), bus)
    _memory_map(_add(_add(root, "memoryMaps"), "memoryMap"), platform, found[0])
    _model(_add(root, "model"), platform, found)
    file_set = _add(_add(root, "fileSets"), "fileSet")
    _texts(file_set, name="verilog")
    _texts(_add(file_set, "file"), name=f"{platform.top_name}.v", fileType="verilogSource")
    _texts(root, description="sigmoid(logits) - labels, rounded once. Not run in Vivado here.")
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def write_component(platform: Platform, directory: Path) -> Path:
    """Write ``component.xml`` into an existing directory; returns its path."""
    path = directory / "component.xml"
    path.write_text(component(platform), encoding="ascii")
    return path


def _tag(name: str) -> str:
    return f"{{{SPIRIT}}}{name}"


def _add(parent: Element, tag: str, /, **attributes: str) -> Element:
    """A new last child; its attributes are in the name space, too."""
    return SubElement(parent, _tag(tag), {_tag(key): text for key, text in attributes.items()})


def _texts(parent: Element, /, **texts: object) -> None:
    for name, text in texts.items():
        _add(parent, name).text = str(text)


def _bus_interfaces(parent: Element, platform: Platform, found: tuple[Bus, ...]) -> None:
    told = parameters(platform)
    for bus in found:
        one = _interface(parent, bus.name, ("interface", "aximm"))
        if bus.manager:
            _add(_add(one, "master"), "addressSpaceRef", addressSpaceRef=bus.name)
        else:
            _add(_add(one, "slave"), "memoryMapRef", memoryMapRef=bus.name)
        _maps(one, {port.signal: port.name for port in bus.ports})
        _parameters(one, told[bus.name])
    for name, (kind, signal) in SINGLE.items():
        one = _interface(parent, name, ("signal", kind))
        _add(one, "master" if name == INTERRUPT else "slave")
        _maps(one, {signal: name})
        _parameters(one, told[name])


def _interface(parent: Element, name: str, kind: tuple[str, str]) -> Element:
    library, bus = kind
    one = _add(parent, "busInterface")
    _texts(one, name=name)
    for tag, suffix in (("busType", ""), ("abstractionType", "_rtl")):
        _add(one, tag, vendor="xilinx.com", library=library, name=f"{bus}{suffix}", version="1.0")
    return one


def _maps(interface: Element, names: dict[str, str]) -> None:
    maps = _add(interface, "portMaps")
    for logical, physical in names.items():
        one = _add(maps, "portMap")
        _texts(_add(one, "logicalPort"), name=logical)
        _texts(_add(one, "physicalPort"), name=physical)


def _parameters(interface: Element, words: dict[str, object]) -> None:
    inside = _add(interface, "parameters")
    for name, value in words.items():
        _texts(_add(inside, "parameter"), name=name, value=value)


def _address_space(space: Element, bus: Bus) -> None:
    _texts(space, name=bus.name, range=f"{1 << bus.address_bits:#x}", width=bus.data_bits)
    segments = _add(space, "segments")
    for region in bus.regions:
        name = region.name.replace(" ", "_")
        place = {"addressOffset": f"{region.base:#x}", "range": f"{region.size:#x}"}
        _texts(_add(segments, "segment"), name=name, **place)


def _memory_map(parent: Element, platform: Platform, bus: Bus) -> None:
    _texts(parent, name=bus.name)
    block = _add(parent, "addressBlock")
    size = f"{1 << ADDRESS_BITS:#x}"
    _texts(block, name="registers", baseAddress="0x0", range=size, width=32, usage="register")
    for name, offset, register in registers_of(platform):
        _register(_add(block, "register"), name, offset, register, register.reset_on(platform))


def _register(one: Element, name: str, offset: int, register: Register, reset: int | None) -> None:
    access = _ACCESS[register.access]
    _texts(one, name=name, description=register.description, addressOffset=f"{offset:#x}", size=32)
    _texts(one, volatile=str(register.access in (Access.RO, Access.RW1C)).lower(), access=access)
    if reset is not None:
        _texts(_add(one, "reset"), value=f"{reset:#x}", mask="0xffffffff")
    for field in fields_of(register):
        each = _add(one, "field")
        _texts(each, name=field.name, description=field.description)
        _texts(each, bitOffset=field.low, bitWidth=field.width, access=access)
        if register.access is Access.RW1C:
            _texts(each, modifiedWriteValue="oneToClear")


def _model(model: Element, platform: Platform, found: tuple[Bus, ...]) -> None:
    view = _add(_add(model, "views"), "view")
    _texts(view, name="verilog", envIdentifier=":*Synthesis:", language="verilog")
    _texts(view, modelName=platform.top_name)
    _texts(_add(view, "fileSetRef"), localName="verilog")
    ports = _add(model, "ports")
    single = (Port(name, signal, name == INTERRUPT, 1) for name, (_, signal) in SINGLE.items())
    for port in (*single, *(port for bus in found for port in bus.ports)):
        one = _add(ports, "port")
        _texts(one, name=port.name)
        wire = _add(one, "wire")
        _texts(wire, direction="out" if port.output else "in")
        if port.width > 1:
            _texts(_add(wire, "vector"), left=port.width - 1, right=0)
