// What several modules have in common.

@export()
@description('Tags of a resource.')
type resourceTags = {
  @description('Value of the tag of this name.')
  *: string
}
